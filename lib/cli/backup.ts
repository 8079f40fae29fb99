/** `backstop backup`: makes a recovery point. */
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { z } from 'zod';
import { ENVIRONMENT } from '../contract/environment';
import { Failure } from '../contract/failure';
import { humanBytes, humanSeconds } from '../contract/human';
import { INVENTORY_LEVELS } from '../contract/inventory';
import { ARCHIVE_FORMATS } from '../contract/manifest';
import {
  DATABASE_NAME_RULE,
  isDatabaseName,
  RETENTION_CLASSES,
  type RetentionClass,
} from '../contract/object-keys';
import { DEFAULT_KEEP, type Keep } from '../contract/retention';
import { STORAGE_CLASSES, type StorageClass } from '../contract/storage-class';
import { backup } from '../operations/backup';
import type { BackupRequest, BackupResult, StorageClasses } from '../operations/backup-request';
import { summaryOf } from '../operations/recovery-points';
import { connectionTarget } from '../postgres/connection';
import { COMPRESSION_RULE } from '../postgres/dump/dump-options';
import { withRdsIam } from '../postgres/rds-iam';
import { callerOf } from '../runtime/caller';
import { printResult, type CommandIo } from './command-io';
import { exitCodesHelp } from './exit-codes';
import * as shared from './options';

/** `rds-iam`: a token of our own AWS credentials instead of a password. */
const AUTHENTICATIONS = ['password', 'rds-iam'] as const;

/** Options that a request takes as they are, and those it takes under another name or checks. */
interface BackupOptions
  extends
    shared.StoreOptions,
    shared.SignerOptions,
    Omit<BackupRequest, 'database' | 'target' | 'tables' | 'keep' | 'scratchRoot'> {
  readonly database?: string;
  readonly from?: string;
  readonly table: readonly string[];
  readonly keep?: Keep;
  readonly auth: (typeof AUTHENTICATIONS)[number];
  readonly scratch: string;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  PGPASSWORD=… backstop backup --database shop --from postgres://backup@db.example.com/shop --store s3://shop-backups --signer kms:alias/backstop-manifests
  backstop backup --database shop --from postgres://localhost/shop --store file:backups --reason "before migration 42"
  backstop backup --database shop --from postgres://localhost/shop --store file:backups --table 'public.orders*'   (an export)`;

export function registerBackup(program: Command, io: CommandIo): void {
  const command = program
    .command('backup')
    .description('dump a database into a store as a new recovery point');
  const options = [
    ...shared.grouped('What, from where, to where:', whatOptions()),
    ...shared.grouped('How:', howOptions()),
  ];
  for (const option of options) command.addOption(option);
  command
    .addHelpText('after', `${EXAMPLES}\n${exitCodesHelp()}`)
    .action((options: BackupOptions) => runBackup(options, io));
}

function whatOptions(): Option[] {
  return [
    shared.databaseOption(),
    new Option('--from <url>', 'postgres://user@host/database; password by PGPASSWORD or PGPASSFILE').env(
      ENVIRONMENT.from,
    ),
    new Option(
      '--auth <kind>',
      'rds-iam: instead of a password a token of RDS, made with the AWS credentials of this run',
    )
      .env(ENVIRONMENT.auth)
      .choices(AUTHENTICATIONS)
      .default('password'),
    shared.storeOption(),
    shared.signerOption(),
    new Option('--exclude-table-data <patterns...>', 'leave out the rows of these tables')
      .env(ENVIRONMENT.excludeTableData)
      .argParser(shared.commaSeparated)
      .default([], 'none'),
    new Option('--table <patterns...>', 'only these tables: an export, never a recovery point')
      .argParser(shared.commaSeparated)
      .default([], 'all of them'),
    shared.reasonOption('why this backup is made'),
    shared.requestedByOption(),
    new Option('--keep <classes>', `days each class is kept, for example daily=30,monthly=365`)
      .env(ENVIRONMENT.keep)
      .argParser(parseKeep)
      .default(DEFAULT_KEEP, 'daily=30'),
    new Option('--storage-classes <classes>', 'where dumps lie in S3, for example weekly=STANDARD_IA')
      .env(ENVIRONMENT.storageClasses)
      .argParser(parseStorageClasses)
      .default({}, 'S3 Standard'),
    new Option('--slot <instant>', 'the time of the schedule that this run serves, for the audit')
      .env(ENVIRONMENT.slot)
      .argParser(parseSlot),
  ];
}

function howOptions(): Option[] {
  return [
    new Option('--format <format>', 'of pg_dump (default: directory, custom above 10,000 large objects)')
      .env(ENVIRONMENT.format)
      .choices(ARCHIVE_FORMATS),
    new Option('--jobs <count>', 'parallel connections of pg_dump (directory format)')
      .env(ENVIRONMENT.jobs)
      .argParser(shared.positive)
      .default(2),
    new Option(
      '--compression <kind>',
      `${COMPRESSION_RULE} (default: zstd:1, gzip:1 before PostgreSQL 16)`,
    ).env(ENVIRONMENT.compression),
    new Option('--inventory <level>', 'what is recorded of each table for a restore to be compared with')
      .env(ENVIRONMENT.inventory)
      .choices(INVENTORY_LEVELS)
      .default('rows'),
    new Option('--lock-timeout-seconds <seconds>', 'how long to wait for a table that is locked')
      .argParser(shared.positive)
      .default(60),
    new Option('--stall-timeout-seconds <seconds>', 'end a dump that moves nothing for so long')
      .argParser(shared.positive)
      .default(1800),
    new Option(
      '--abort-when-blocking-seconds <seconds>',
      'give way to a migration that has waited so long for this backup (default: never)',
    ).argParser(shared.positive),
    shared.postgresBinOption(),
    new Option('--scratch <dir>', 'where files wait for their upload')
      .env(ENVIRONMENT.scratch)
      .default(tmpdir(), 'the folder for temporary files'),
    shared.jsonOption(),
  ];
}

async function runBackup(options: BackupOptions, io: CommandIo): Promise<void> {
  const request = requestOf(options, io.environment);
  const signer = await shared.signerOf(options);
  const store = shared.openStoreOf(options);
  const caller = await callerOf(store.url, io.environment);
  const reporter = io.reporter(options.json === true);
  shared.warnOfPassword(reporter, '--from', options.from);
  try {
    const { clock, signal } = io;
    const result = await backup(request, { store, signer, caller, clock, reporter, randomBytes, signal });
    reporter.close();
    const { manifest, manifestKey, seconds } = result;
    const summary = { ...summaryOf(manifest), manifestKey, seconds };
    printResult(io, options.json === true, summary, () => textOf(result));
  } finally {
    await store.close();
  }
}

function requestOf(options: BackupOptions, environment: NodeJS.ProcessEnv): BackupRequest {
  const { database, from, auth, keep = DEFAULT_KEEP, table, scratch, ...rest } = options;
  if (database === undefined || !isDatabaseName(database)) {
    throw new Failure('usage', `--database is ${database ?? 'not given'}; allowed: ${DATABASE_NAME_RULE}.`, {
      hint: 'It names the database in the store, and need not be its name on the server.',
    });
  }
  if (from === undefined)
    throw new Failure('usage', '--from is not given.', { hint: 'Write postgres://user@host/database.' });
  const target = connectionTarget(from, environment);
  const imageDigest = environment[ENVIRONMENT.imageDigest];
  return {
    ...rest,
    database,
    target: auth === 'rds-iam' ? withRdsIam(target) : target,
    tables: table,
    keep,
    scratchRoot: scratch,
    ...(imageDigest === undefined ? {} : { imageDigest }),
  };
}

function textOf({ manifest, manifestKey, seconds }: BackupResult): string {
  const point = summaryOf(manifest);
  const counted = point.inventoried;
  return [
    `${point.type === 'export' ? 'Export' : 'Recovery point'} ${point.id} of ${point.database} exists.`,
    `  as of       ${point.snapshotAt}`,
    `  stored      ${humanBytes(point.storedBytes)} in ${point.objects} objects, from ${humanBytes(point.databaseBytes)}, in ${humanSeconds(seconds)}`,
    ...(counted === null ? [] : [`  inventory   ${counted.rows} rows in ${counted.tables} tables`]),
    `  kept        ${point.class}, until ${point.expiresAt}`,
    `  manifest    ${manifestKey}`,
    ...point.warnings.map((warning) => `  warning     ${warning}`),
  ].join('\n');
}

function parseKeep(text: string): Keep {
  return byClass(text, 'DAYS', shared.positive);
}

function parseStorageClasses(text: string): StorageClasses {
  return byClass(text, 'STORAGE_CLASS', (value): StorageClass => {
    const storageClass = STORAGE_CLASSES.find((candidate) => candidate === value);
    if (storageClass !== undefined) return storageClass;
    throw new InvalidArgumentError(`Storage classes are ${STORAGE_CLASSES.join(', ')}.`);
  });
}

/** `daily=30,weekly=56`: a value by retention class. */
function byClass<Value>(
  text: string,
  wanted: string,
  parse: (text: string) => Value,
): Partial<Record<RetentionClass, Value>> {
  const entries = text.split(',').map((part) => {
    const [name, value] = part.split('=');
    const retentionClass = RETENTION_CLASSES.find((candidate) => candidate === name);
    if (retentionClass === undefined)
      throw new InvalidArgumentError(`Classes are ${RETENTION_CLASSES.join(', ')}.`);
    if (value === undefined) throw new InvalidArgumentError(`Write ${retentionClass}=${wanted}.`);
    return [retentionClass, parse(value)] as const;
  });
  return Object.fromEntries(entries);
}

function parseSlot(text: string): string {
  const instant = z.iso.datetime({ offset: true }).safeParse(text);
  if (instant.success) return new Date(instant.data).toISOString();
  throw new InvalidArgumentError('It must be an instant such as 2026-11-20T02:00:00Z.');
}
