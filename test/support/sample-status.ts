/** A status as an installation has it: 30 days of three databases, one of them in trouble. Always the same. */
import { LISTED_POINTS_MAX, type DatabaseStatus, type Status } from '../../lib/contract/status';

export const MADE_AT = '2026-11-20T11:00:00.000Z';
const RUNBOOK = 'https://wiki.example.com/backstop/runbook.md';
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

type Point = DatabaseStatus['points'][number];
type Drill = DatabaseStatus['drills'][number];

/** Between -1 and 1, looks random. */
const wobble = (n: number) => Math.sin(n * 12.9898) * Math.cos(n * 4.1414);
const idOf = (at: number, n: number) =>
  `${new Date(at).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z-${(0xa1b2c + n).toString(16).padStart(6, '0')}`;
const iso = (at: number) => new Date(at).toISOString();

interface Made {
  readonly count: number;
  readonly everyMs: number;
  /** Of the newest point. */
  readonly newest: string;
  readonly keptMs: number;
  readonly class: 'daily' | 'hourly';
  readonly bytes: (n: number) => number;
  readonly rows: (n: number) => number;
  readonly backupSeconds: (n: number) => number;
  readonly isProven: (n: number) => boolean;
}

/** Newest first: the n-th of them is number n. */
function points(made: Made): Point[] {
  return Array.from({ length: made.count }, (_, n) => {
    const at = Date.parse(made.newest) - n * made.everyMs;
    const expiresAt = at + made.keptMs;
    return {
      id: idOf(at, n),
      startedAt: iso(at),
      state: expiresAt < Date.parse(MADE_AT) ? 'expired' : 'valid',
      proven: made.isProven(n),
      held: false,
      fault: null,
      class: made.class,
      snapshotAt: iso(at + 4000),
      expiresAt: iso(expiresAt),
      storedBytes: Math.round(made.bytes(n)),
      databaseBytes: Math.round(made.bytes(n) * 5.2),
      rows: Math.round(made.rows(n)),
      backupSeconds: Math.round(made.backupSeconds(n) * 10) / 10,
    };
  });
}

function drill(point: Point, n: number, more: Partial<Drill> & Pick<Drill, 'restoreSeconds'>): Drill {
  const at = Date.parse(point.startedAt) + 15 * 60_000;
  return {
    id: idOf(at, n + 7000),
    point: point.id,
    startedAt: iso(at),
    standing: 'proven',
    pointAgeSeconds: 896,
    failure: null,
    differences: 0,
    checksPassed: 4,
    checksFailed: 0,
    ...more,
  };
}

function provenBy(
  { id, snapshotAt }: Point,
  { id: by, startedAt, restoreSeconds }: Drill,
): DatabaseStatus['proven'] {
  return {
    point: id,
    snapshotAt: snapshotAt!,
    drill: by,
    provenAt: startedAt,
    restoreSeconds: restoreSeconds!,
  };
}

const table = (name: string, rows: number, bytes: number) => ({ name, rows, bytes });

function shop(): DatabaseStatus {
  const all = points({
    ...{ count: 31, everyMs: DAY, newest: '2026-11-20T02:00:00.000Z', keptMs: 30 * DAY, class: 'daily' },
    bytes: (n) => 1.24e9 - n * 6e6 + wobble(n) * 4e6,
    rows: (n) => 48.2e6 - n * 210_000 + wobble(n + 3) * 60_000,
    backupSeconds: (n) => 142 - n * 0.6 + wobble(n + 5) * 9,
    isProven: () => true,
  });
  const drills = all
    .slice(0, 30)
    .map((point, n) => drill(point, n, { restoreSeconds: 742 - n * 4 + Math.round(wobble(n) * 30) }));
  const [newest, second, ...older] = all;
  return {
    name: 'shop',
    objectives: { rpoHours: 26, provenWithinHours: 50, rtoMinutes: 60 },
    schedule: '0 2 * * * UTC',
    newest: { point: newest!.id, snapshotAt: newest!.snapshotAt! },
    proven: provenBy(newest!, drills[0]!),
    problems: [],
    points: [{ ...newest!, held: true }, second!, ...older],
    drills,
    failures: [
      {
        at: '2026-11-09T02:11:00.000Z',
        program: 'backup',
        text: 'The platform took the machine away (SpotInterruption).',
      },
    ],
    largestTables: [
      table('public.order_lines', 31_204_118, 3.1e9),
      table('public.events', 9_410_776, 1.9e9),
      table('public.orders', 4_120_331, 0.7e9),
      table('public.customers', 812_904, 0.21e9),
    ],
    storage: { points: 30, bytes: 34.6e9, usdMonth: 0.8, forecastBytes: 48.1e9, forecastUsdMonth: 1.11 },
  };
}

function billing(): DatabaseStatus {
  const all = points({
    ...{ count: 720, everyMs: HOUR, newest: '2026-11-20T10:00:00.000Z', keptMs: 7 * DAY, class: 'hourly' },
    bytes: (n) => 214e6 - n * 4e4 + wobble(n) * 6e5,
    rows: (n) => 6.1e6 - n * 900 + wobble(n + 3) * 900,
    backupSeconds: (n) => 31 + wobble(n + 5) * 3,
    isProven: (n) => n % 24 === 7,
  });
  const proven = all.filter((point) => point.proven);
  const drills = proven.map((point, n) =>
    drill(point, n, { restoreSeconds: 96 + Math.round(wobble(n) * 7) }),
  );
  return {
    name: 'billing',
    objectives: { rpoHours: 2, provenWithinHours: 30, rtoMinutes: 10 },
    schedule: '0 * * * * UTC',
    newest: { point: all[0]!.id, snapshotAt: all[0]!.snapshotAt! },
    proven: provenBy(proven[0]!, drills[0]!),
    problems: [],
    points: all
      .slice(0, LISTED_POINTS_MAX)
      .map((point) => (point === proven[0] ? { ...point, held: true } : point)),
    drills,
    failures: [],
    largestTables: [
      table('public.invoice_items', 4_811_020, 0.61e9),
      table('public.invoices', 1_004_411, 0.22e9),
    ],
    storage: { points: 168, bytes: 35.4e9, usdMonth: 0.81, forecastBytes: 36.9e9, forecastUsdMonth: 0.85 },
  };
}

function problem(
  alarm: 'BackupShrunken' | 'DrillFailed' | 'DrillMissing',
  severity: 'high' | 'medium',
  text: string,
) {
  return { alarm, severity, database: 'crm', text, runbook: `${RUNBOOK}#${alarm.toLowerCase()}` } as const;
}

const CRM_PROBLEMS = [
  problem(
    'BackupShrunken',
    'high',
    'The newest recovery point has 0.71 GB, 29 % of the usual 2.41 GB; at least 80 % are expected.',
  ),
  problem(
    'DrillFailed',
    'high',
    'The drill of 2026-11-18 failed: 3 tables have fewer rows than were backed up.',
  ),
  problem(
    'DrillMissing',
    'medium',
    'The newest proven recovery point is 6 d 8 h old; at most 50 h were promised.',
  ),
];

/** Smaller since three days, proven six days ago for the last time. */
function crm(): DatabaseStatus {
  const all = points({
    ...{ count: 31, everyMs: DAY, newest: '2026-11-20T02:30:00.000Z', keptMs: 30 * DAY, class: 'daily' },
    bytes: (n) => (n < 3 ? 0.71e9 + wobble(n) * 4e6 : 2.44e9 - n * 3e6 + wobble(n) * 9e6),
    rows: (n) => (n < 3 ? 21.3e6 : 74.8e6 - n * 90_000 + wobble(n) * 50_000),
    backupSeconds: (n) => (n < 3 ? 96 : 268) + wobble(n + 5) * 14,
    isProven: (n) => n >= 6,
  }).filter((_, n) => n !== 11);
  const drills = all
    .flatMap((point, n) =>
      point.proven ? [drill(point, n, { restoreSeconds: 2480 - n * 11 + Math.round(wobble(n) * 90) })] : [],
    )
    .slice(0, 22);
  const failed = drill(all[2]!, 90, {
    restoreSeconds: 812,
    standing: 'failed',
    failure:
      'It is not what was backed up: public.contacts has 1,204 rows less, public.notes 88, public.tags 3.',
    differences: 3,
  });
  const newestProven = all.find(({ proven }) => proven)!;
  return {
    name: 'crm',
    objectives: { rpoHours: 26, provenWithinHours: 50, rtoMinutes: 60 },
    schedule: '30 2 * * * UTC',
    newest: { point: all[0]!.id, snapshotAt: all[0]!.snapshotAt! },
    proven: provenBy(newestProven, drills[0]!),
    problems: CRM_PROBLEMS,
    points: all.map((point, n) => ({
      ...point,
      held: point === newestProven,
      ...(n === 4 && {
        state: 'faulty' as const,
        fault: 'An object is missing: dump/3047.dat.zst.',
        ...{ proven: false, snapshotAt: null, expiresAt: null, class: null, rows: null },
        ...{ storedBytes: null, databaseBytes: null, backupSeconds: null },
      }),
    })),
    drills: [failed, ...drills],
    failures: [
      {
        at: '2026-11-19T02:45:00.000Z',
        program: 'drill',
        text: 'restore failed: No space left on device. Raise drill.task.ephemeralStorageGiB.',
      },
      {
        at: '2026-11-18T02:58:32.000Z',
        program: 'drill',
        text: 'differences: 3 tables have fewer rows than were backed up.',
      },
      {
        at: '2026-11-09T02:31:00.000Z',
        program: 'backup',
        text: 'database unreachable, or it refused us: db-2.example.com:5432 did not answer within 30 s.',
      },
    ],
    largestTables: [
      table('public.activities', 15_002_113, 2.4e9),
      table('public.contacts', 2_201_407, 0.9e9),
    ],
    storage: { points: 29, bytes: 64.4e9, usdMonth: 1.48, forecastBytes: 71.2e9, forecastUsdMonth: 1.64 },
  };
}

const quiet = { what: null, failure: null, overrides: [] };

export function sampleStatus(): Status {
  return {
    type: 'backstop-status',
    version: 1,
    installation: 'acme',
    store: 's3://acme-postgres-111122223333-eu-central-1',
    madeAt: MADE_AT,
    nextBy: '2026-11-20T13:00:00.000Z',
    toolVersion: '0.1.0',
    runbook: RUNBOOK,
    contacts: [
      'a restore is needed: Ada Example, +49 30 23125 100',
      'nobody answers: Grace Example, grace@example.com',
    ],
    problems: CRM_PROBLEMS,
    databases: [shop(), billing(), crm()],
    storage: { points: 227, bytes: 134.4e9, usdMonth: 3.09, forecastBytes: 156.2e9, forecastUsdMonth: 3.6 },
    protection: {
      lock: { mode: 'GOVERNANCE', days: 7 },
      encryption: 'aws:kms with a key of its own',
      versioned: true,
      differences: [],
    },
    alarmTest: {
      testedAt: '2026-11-01T09:00:00.000Z',
      alarm: 'acme-MonitorSilent',
      arrived: true,
      seconds: 41,
    },
    audit: [
      {
        ...{
          at: '2026-11-20T10:00:33.000Z',
          program: 'backup',
          database: 'billing',
          id: '20261120T100000Z-0a1b2c',
        },
        ...{ outcome: 'done', who: 'the schedule', reason: 'scheduled', ...quiet },
      },
      {
        ...{
          at: '2026-11-18T14:20:00.000Z',
          program: 'restore',
          database: 'crm',
          id: '20261118T141200Z-0c1d2e',
        },
        ...{ outcome: 'done', who: 'anna', reason: 'compare with the small backup', failure: null },
        ...{ what: '20261114T023000Z-0a1b32 into crm_restored', overrides: ['not-newest'] },
      },
      {
        ...{
          at: '2026-11-18T02:58:32.000Z',
          program: 'drill',
          database: 'crm',
          id: '20261118T024500Z-0a1b86',
        },
        ...{
          outcome: 'restored, and differences were found or a check failed',
          who: 'the schedule',
          what: null,
        },
        ...{
          reason: 'after the backup',
          failure: '3 tables have fewer rows than were backed up.',
          overrides: [],
        },
      },
    ],
  };
}
