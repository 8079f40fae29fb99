/** What docs/cost.md calls cheaper, with figures: the same estimate with one setting changed. Pure. */
import { RETENTION_CLASSES, type RetentionClass } from '../contract/object-keys';
import { S3 } from '../contract/prices';
import type { Saving } from '../contract/saving';
import { monthlyCost } from './cost';
import type { BackedUpDatabase } from './database-schema';
import { slotsPerDay } from './point-flow';
import type { Settings } from './schema';

/** Once a day, as docs/cost.md says. */
const DAILY_DRILL = { cron: '30 3 * * *', timeZone: 'UTC', flexibleMinutes: 15 };
const PUBLIC_WORDS =
  "network: { mode: 'public' }, where the server admits any address and relies on TLS and the password.";
const FEWER_POINTS = { hourly: 2, daily: 14, weekly: 56 } as const;

/** Each alone: together they save less than their sum. */
export function savingsOf(settings: Settings): Saving[] {
  const now = monthlyCost(settings).totalUsd;
  const saved = (text: string, changed: Settings) => ({
    text,
    usdMonth: now - monthlyCost(changed).totalUsd,
  });
  const { network, compute } = settings;
  const ofDatabases = (text: (name: string) => string, change: DatabaseChange) =>
    Object.entries(settings.databases).flatMap(([name, database]) => {
      const changed = change(database);
      if (changed === undefined) return [];
      const databases = { ...settings.databases, [name]: { ...database, ...changed } };
      return [saved(`${name}: ${text(name)}`, { ...settings, databases })];
    });
  return [
    ...(network.mode === 'fixed-egress'
      ? [saved(PUBLIC_WORDS, { ...settings, network: { ...network, mode: 'public' } })]
      : []),
    ...(compute.architecture === 'arm64'
      ? []
      : [
          saved(`compute: { architecture: 'arm64' }.`, {
            ...settings,
            compute: { ...compute, architecture: 'arm64' },
          }),
        ]),
    ...ofDatabases(
      () => `drill: { when: { cron: '${DAILY_DRILL.cron}' } } proves one point a day.`,
      fewerDrills,
    ),
    ...ofDatabases(
      () => 'keepDays: { hourly: 2, daily: 14, weekly: 56 } instead of more hourly points.',
      fewerPoints,
    ),
    ...ofDatabases((name) => cheaperWords(settings.databases[name]), cheaperClasses),
  ];
}

type DatabaseChange = (database: BackedUpDatabase) => Partial<BackedUpDatabase> | undefined;

function fewerDrills({ drill, schedule }: BackedUpDatabase): Partial<BackedUpDatabase> | undefined {
  const isOften = drill.when === 'after-backup' && slotsPerDay(schedule) > 1;
  return isOften ? { drill: { ...drill, when: DAILY_DRILL } } : undefined;
}

function fewerPoints({ keepDays }: BackedUpDatabase): Partial<BackedUpDatabase> | undefined {
  if ((keepDays.hourly ?? 0) <= FEWER_POINTS.hourly) return undefined;
  return { keepDays: { ...FEWER_POINTS, ...keepDays, hourly: FEWER_POINTS.hourly } };
}

/** S3 bills each class for so many days at least. */
function cheaperClass(database: BackedUpDatabase, name: RetentionClass) {
  const days = database.keepDays[name] ?? 0;
  if (database.storage[name] !== undefined) return undefined;
  if (days >= S3.GLACIER_IR.billedDays) return 'GLACIER_IR' as const;
  return days >= S3.STANDARD_IA.billedDays ? ('STANDARD_IA' as const) : undefined;
}

function cheaperClasses(database: BackedUpDatabase): Partial<BackedUpDatabase> | undefined {
  const changed = RETENTION_CLASSES.flatMap((name) => {
    const cheaper = cheaperClass(database, name);
    return cheaper === undefined ? [] : [[name, { class: cheaper, afterDays: 0 }] as const];
  });
  if (changed.length === 0) return undefined;
  return { storage: { ...database.storage, ...Object.fromEntries(changed) } };
}

function cheaperWords(database: BackedUpDatabase | undefined): string {
  const parts = RETENTION_CLASSES.flatMap((name) => {
    const cheaper = database && cheaperClass(database, name);
    return cheaper === undefined ? [] : [`${name}: { class: '${cheaper}' }`];
  });
  return `storage: { ${parts.join(', ')} }, at 0.01 to 0.03 USD for each GB of a restore.`;
}
