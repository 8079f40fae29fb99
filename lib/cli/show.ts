/** `backstop show`: everything a person wants to know about one recovery point. */
import type { Command } from 'commander';
import { humanBytes } from '../contract/human';
import type { Manifest } from '../contract/manifest';
import { commandLines } from '../contract/point-readme';
import { choosePoint, type ChosenPoint } from '../operations/choose-point';
import { dumpNameOf } from '../postgres/fetched-dump';
import type { ObjectState } from '../runtime/store';
import { printResult, type CommandIo } from './command-io';
import { exitCodesHelp } from './exit-codes';
import { ageOf } from './list';
import * as shared from './options';
import { atOption, choiceOf, type AtOptions } from './point-choice';

interface ShowOptions extends shared.TrustOptions, AtOptions {
  readonly database?: string;
  readonly json?: boolean;
}

const LARGEST_TABLES = 10;
const EXAMPLES = `
Examples:
  backstop show newest --store file:backups --database shop
  backstop show 20261120T020000Z-0a1b2c --store s3://shop-backups --public-key manifests.pub.pem`;

export function registerShow(program: Command, io: CommandIo): void {
  program
    .command('show')
    .description('tell everything about one recovery point')
    .argument('[id]', 'its id, the beginning of it, or newest')
    .addOption(atOption())
    .addOption(shared.databaseOption())
    .addOption(shared.storeOption())
    .addOption(shared.publicKeyOption())
    .addOption(shared.signerOption())
    .addOption(shared.jsonOption())
    .addHelpText('after', `${EXAMPLES}\n${exitCodesHelp()}`)
    .action((id: string | undefined, options: ShowOptions) => show(id, options, io));
}

async function show(id: string | undefined, options: ShowOptions, io: CommandIo): Promise<void> {
  const choice = choiceOf(id, options);
  const trust = await shared.trustOf(options);
  const store = shared.openStoreOf(options);
  try {
    const now = io.clock.now();
    const { database } = options;
    const chosen = await choosePoint(store, trust, {
      ...choice,
      now,
      ...(database === undefined ? {} : { database }),
    });
    const state = await store.head(chosen.key);
    printResult(io, options.json === true, chosen, () =>
      showText(chosen, state, { now, storeUrl: store.url }),
    );
  } finally {
    await store.close();
  }
}

interface View {
  readonly now: Date;
  readonly storeUrl: string;
}

function showText(
  { manifest, key, expired, passedOver }: ChosenPoint,
  state: ObjectState | undefined,
  view: View,
) {
  return [
    ...Object.entries(factsOf(manifest, expired, view.now)).map(
      ([name, fact]) => `${name.padEnd(16)}${fact}`,
    ),
    `manifest        ${key} (${lockText(state)})`,
    ...section('Newer points that are faulty', passedOver),
    ...section('Warnings of the backup', manifest.warnings),
    ...section('Largest tables', largestTables(manifest)),
    ...section(
      `Files (${manifest.files.length})`,
      manifest.files.map(
        ({ key: file, bytes, sha256 }) => `${sha256}  ${humanBytes(bytes).padStart(9)}  ${file}`,
      ),
    ),
    ...section('Restore it by hand', commandLines(manifest, dumpNameOf(manifest), view.storeUrl)),
  ].join('\n');
}

function factsOf(manifest: Manifest, expired: boolean, now: Date): Record<string, string> {
  const { server, inventory, lsn } = manifest;
  const rows = inventory?.tables.reduce((sum, table) => sum + table.rows, 0);
  return {
    'recovery point': manifest.id,
    database: `${manifest.database} (${manifest.sourceDatabase} on its server)`,
    'as of': `${manifest.snapshotAt}, ${ageOf(manifest.snapshotAt, now)} ago${lsn === null ? '' : `, LSN ${lsn}`}`,
    'made from': `${manifest.startedAt} to ${manifest.finishedAt}`,
    reason: `${manifest.reason}, requested by ${manifest.requestedBy}`,
    class: `${manifest.class}, kept until ${manifest.expiresAt}${expired ? ' (EXPIRED: its objects may be gone)' : ''}`,
    server: `PostgreSQL ${server.version}, ${server.role}${server.systemIdentifier === null ? '' : `, system ${server.systemIdentifier}`}`,
    dump: `${manifest.format}, ${manifest.compression}, by pg_dump ${manifest.clientVersion}, ${manifest.jobs} jobs`,
    size: `${humanBytes(manifest.storedBytes)} stored, ${humanBytes(manifest.databaseBytes)} in the database`,
    inventory:
      rows === undefined || inventory === null
        ? 'none taken: a restore cannot be compared'
        : `${rows.toLocaleString('en-US')} rows in ${inventory.tables.length} tables, ${inventory.largeObjects.count} large objects (${inventory.level})`,
    schema: `${manifest.catalog.length} objects`,
    extensions: manifest.extensions.map(({ name, version }) => `${name} ${version}`).join(', ') || 'none',
    'rows left out': manifest.excludedTableData.join(', ') || 'none',
    encoding: `${manifest.databaseSettings.encoding}, ${manifest.databaseSettings.locale ?? manifest.databaseSettings.collate}`,
    'made by': `Backstop ${manifest.toolVersion}${manifest.imageDigest === null ? '' : `, image ${manifest.imageDigest}`}`,
  };
}

function lockText(state: ObjectState | undefined): string {
  if (state === undefined) return 'gone';
  const lock =
    state.lockedUntil === undefined ? 'not locked' : `locked until ${state.lockedUntil.toISOString()}`;
  return [
    lock,
    ...(state.legalHold ? ['legal hold'] : []),
    ...(state.hidden ? ['hidden by a delete marker'] : []),
  ].join(', ');
}

function largestTables({ inventory }: Manifest): string[] {
  const tables = [...(inventory?.tables ?? [])].sort((a, b) => b.bytes - a.bytes);
  return tables
    .slice(0, LARGEST_TABLES)
    .map(
      ({ schema, name, rows, bytes }) =>
        `${humanBytes(bytes).padStart(9)}  ${schema}.${name} (${rows.toLocaleString('en-US')} rows)`,
    );
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', `${title}:`, ...lines.map((line) => `  ${line}`)];
}
