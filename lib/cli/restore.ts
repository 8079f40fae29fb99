/** `backstop restore`: a recovery point into a new database, compared with what was backed up. */
import { Option, type Command } from 'commander';
import { ENVIRONMENT } from '../contract/environment';
import { failOnDifferences, restore } from '../operations/restore';
import { COMPARE_LEVELS, type CompareLevel } from '../operations/restore-request';
import { scratchOption } from './check';
import { printResult, type CommandIo } from './command-io';
import { exitCodesHelp } from './exit-codes';
import * as shared from './options';
import { archiveOptions, demandOneSource, runRestoreArchive, type ArchiveOptions } from './restore-archive';
import { restoreSummary, restoreText } from './restore-text';

interface RestoreOptions extends shared.TrustOptions, ArchiveOptions {
  readonly database?: string;
  readonly to?: string;
  readonly targetDatabase?: string;
  readonly jobs: number;
  readonly owners?: boolean;
  readonly compare: CompareLevel;
  readonly keepFailed?: boolean;
  readonly scratch: string;
  readonly postgresBin?: string;
  readonly json?: boolean;
}

const MORE = `
The target database is made new; one that exists must be empty. When the restore fails, a database that it made is
dropped again; when differences are found (exit code 10), it is left for a look at it.

Examples:
  PGPASSWORD=… backstop restore newest --database shop --store s3://shop-backups --public-key manifests.pub.pem --to postgres://admin@db.example.com --target-database shop_restored
  backstop restore 20261120T020000Z --store file:backups --to postgres://localhost --target-database shop_restored --jobs 4
  PGPASSWORD=… backstop restore --archive shop-2024-05-01.sql.gz --to postgres://admin@db.example.com --target-database shop_2024`;

export function registerRestore(program: Command, io: CommandIo): void {
  const command = program
    .command('restore')
    .description('restore a recovery point into a new database and compare it')
    .argument('[id]', 'its id, the beginning of it, or newest')
    .addOption(shared.databaseOption())
    .addOption(shared.storeOption())
    .addOption(shared.publicKeyOption())
    .addOption(shared.signerOption())
    .addOption(
      new Option('--to <url>', 'the server: postgres://user@host; password by PGPASSWORD or PGPASSFILE').env(
        ENVIRONMENT.to,
      ),
    )
    .addOption(new Option('--target-database <name>', 'the database to make').env(ENVIRONMENT.targetDatabase))
    .addOption(
      new Option('--jobs <count>', 'parallel connections of pg_restore')
        .env(ENVIRONMENT.jobs)
        .argParser(shared.positive)
        .default(2),
    )
    .option('--owners', 'bring owners and privileges back; the roles must exist')
    .addOption(
      new Option('--compare <level>', 'how rows are compared: each one, or their number')
        .choices(COMPARE_LEVELS)
        .default('content'),
    )
    .option('--keep-failed', 'leave the database of a restore that failed')
    .addOption(scratchOption())
    .addOption(shared.postgresBinOption())
    .addOption(shared.jsonOption())
    .addHelpText('after', `${MORE}\n${exitCodesHelp()}`)
    .action((point: string | undefined, options: RestoreOptions) => {
      demandOneSource(point, options);
      return point === undefined ? runRestoreArchive(options, io) : runRestore(point, options, io);
    });
  for (const option of archiveOptions()) command.addOption(option);
}

async function runRestore(point: string, options: RestoreOptions, io: CommandIo): Promise<void> {
  const json = options.json === true;
  const { to, targetDatabase, database, postgresBin } = options;
  const request = {
    point,
    maintenance: shared.maintenanceTarget(to, io.environment),
    targetDatabase: shared.demanded(
      targetDatabase,
      '--target-database',
      'Name a database that does not exist yet.',
    ),
    jobs: options.jobs,
    owners: options.owners === true,
    compare: options.compare,
    keepFailed: options.keepFailed === true,
    scratchRoot: options.scratch,
    ...(database === undefined ? {} : { database }),
    ...(postgresBin === undefined ? {} : { postgresBin }),
  };
  const trust = await shared.trustOf(options);
  const store = shared.openStoreOf(options);
  const reporter = io.reporter(json);
  shared.warnOfPassword(reporter, '--to', options.to);
  try {
    const result = await restore(request, { store, trust, reporter, clock: io.clock, signal: io.signal });
    reporter.close();
    printResult(io, json, restoreSummary(result), () => restoreText(result));
    failOnDifferences(result);
  } finally {
    reporter.close();
    await store.close();
  }
}
