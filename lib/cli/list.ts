/** `backstop list`: the recovery points of a store, newest first. */
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { humanBytes, humanSeconds } from '../contract/human';
import { orphanText } from '../operations/check';
import { findOrphans, type Orphan } from '../operations/orphans';
import type { Trust } from '../operations/read-manifest';
import { listRecoveryPoints, type PointSummary, type RecoveryPoint } from '../operations/recovery-points';
import { printResult, type CommandIo } from './command-io';
import { exitCodesHelp } from './exit-codes';
import * as shared from './options';
import { plainTable, type Column } from './point-table';

interface ListOptions extends shared.TrustOptions {
  readonly database?: string;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  backstop list --store s3://shop-backups --public-key manifests.pub.pem
  backstop list --store file:backups --database shop --json`;

export function registerList(program: Command, io: CommandIo): void {
  program
    .command('list')
    .description('list recovery points, newest first, the faulty ones too')
    .addOption(shared.databaseOption('only the points of this database'))
    .addOption(shared.storeOption())
    .addOption(shared.publicKeyOption())
    .addOption(shared.signerOption())
    .addOption(shared.jsonOption())
    .addHelpText('after', `${EXAMPLES}\n${exitCodesHelp()}`)
    .action((options: ListOptions) => list(options, io));
}

async function list(options: ListOptions, io: CommandIo): Promise<void> {
  const trust = await shared.trustOf(options);
  const store = shared.openStoreOf(options);
  try {
    const now = io.clock.now();
    const search = { now, ...(options.database === undefined ? {} : { database: options.database }) };
    const points = await listRecoveryPoints(store, trust, search);
    const known = new Set(points.map(({ database, id }) => `${database}/${id}`));
    const hasManifest = (database: string, id: string) => known.has(`${database}/${id}`);
    const orphans = await findOrphans(store, { ...search, hasManifest });
    printResult(io, options.json === true, { store: store.url, points, orphans }, () =>
      points.length + orphans.length === 0
        ? emptyText(store.url, options)
        : listText(points, orphans, { trust, now, width: io.stdout.columns }),
    );
  } finally {
    await store.close();
  }
}

/** A store that was mistyped must not look like one without backups. */
function emptyText(url: string, { database }: ListOptions): string {
  const folder = /^file:(.+)$/.exec(url)?.[1];
  if (folder !== undefined && !existsSync(folder)) return `There is no folder ${folder}: check --store.`;
  return `${url} holds no recovery point${database === undefined ? '' : ` of ${database}`}.`;
}

interface View {
  readonly trust: Trust;
  readonly now: Date;
  readonly width: number | undefined;
}

function listText(points: readonly RecoveryPoint[], orphans: readonly Orphan[], view: View): string {
  const faults = points.flatMap((point) => (point.state === 'faulty' ? [point] : []));
  return [
    plainTable(points, columns(view), view.width),
    ...faults.flatMap(({ id, fault, hint }) => [
      '',
      `FAULTY ${id}: ${fault}`,
      ...(hint === undefined ? [] : [`  What to do: ${hint}`]),
    ]),
    ...(orphans.length === 0 ? [] : ['', 'Not recovery points:']),
    ...orphans.map((orphan) => `  ${orphan.prefix}: ${orphanText(orphan)}`),
  ].join('\n');
}

function columns({ trust, now }: View): Column<RecoveryPoint>[] {
  const known = (cell: (manifest: PointSummary) => string) => (point: RecoveryPoint) =>
    point.state === 'faulty' ? '?' : cell(point.manifest);
  return [
    { title: 'ID', cell: ({ id }) => id },
    { title: 'DATABASE', cell: ({ database }) => database },
    { title: 'AS OF (UTC)', cell: known(({ snapshotAt }) => minuteOf(snapshotAt)), expendable: 6 },
    { title: 'AGE', cell: known(({ snapshotAt }) => ageOf(snapshotAt, now)), align: 'right' },
    { title: 'CLASS', cell: known((manifest) => manifest.class), expendable: 3 },
    { title: 'EXPIRES', cell: known(({ expiresAt }) => expiresAt.slice(0, 10)), expendable: 2 },
    { title: 'FORMAT', cell: known(({ format }) => format), expendable: 5 },
    {
      title: 'STORED',
      cell: known(({ storedBytes }) => humanBytes(storedBytes)),
      align: 'right',
      expendable: 1,
    },
    {
      title: 'DATABASE SIZE',
      cell: known(({ databaseBytes }) => humanBytes(databaseBytes)),
      align: 'right',
      expendable: 4,
    },
    {
      title: 'ROWS',
      cell: known(({ inventoried }) => inventoried?.rows.toLocaleString('en-US') ?? 'not counted'),
      align: 'right',
      expendable: 7,
    },
    { title: 'MANIFEST', cell: (point) => verdictOf(point, trust) },
  ];
}

/** What is known of the manifest alone: whether the objects are whole is the question of `check`. */
export function verdictOf(
  point: { readonly state: RecoveryPoint['state']; readonly hidden: boolean },
  trust: Trust,
) {
  const valid = trust.keys.length === 0 ? 'unsigned' : 'valid';
  const state = point.state === 'valid' ? valid : point.state === 'faulty' ? 'FAULTY' : `${valid}, expired`;
  return point.hidden ? `${state}, hidden` : state;
}

/** `2026-11-20 02:00`. */
export function minuteOf(instant: string): string {
  return instant.slice(0, 16).replace('T', ' ');
}

export function ageOf(instant: string, now: Date): string {
  return humanSeconds(Math.max(0, (now.getTime() - Date.parse(instant)) / 1000));
}
