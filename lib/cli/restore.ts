/** `backstop restore`: a recovery point into a new database, compared with what was backed up. */
import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import { restore } from '../operations/restore';
import type { RestoreTools } from '../operations/restore-request';
import { demandVerdict } from '../operations/restore-verdict';
import { callerOf } from '../runtime/caller';
import { demandArchiveUsage } from './archive-usage';
import { printResult, type CommandIo } from './command-io';
import { evidenceTrustIfNamed } from './evidence-trust';
import { exitCodesHelp } from './exit-codes';
import * as shared from './options';
import { archiveOptions, runRestoreArchive, type ArchiveOptions } from './restore-archive';
import { inAwsOptions, restoreInAws, type InAwsOptions } from './restore-in-aws';
import { restoreOptions, restoreRequestOf, type RestoreOptions } from './restore-options';
import {
  RESTORE_TABLES_EXAMPLES,
  runTables,
  tableOptions,
  tablesRequest,
  type RestoreTablesOptions,
} from './restore-tables';
import { restoreSummary, restoreText } from './restore-text';

type Options = RestoreOptions & InAwsOptions & RestoreTablesOptions & ArchiveOptions;

const MORE = `
The target database is made new; one that exists must be empty. When the
restore fails, a database that it made is dropped again; when differences are
found (exit code 10), it is left for a look at it.

With --swap or --replace the restored database takes the place of one that is
there, which is kept under another name. Its name must be typed, or given once
more by --confirm.

Examples:
  PGPASSWORD=… backstop restore newest --database shop --store s3://shop-backups --public-key manifests.pub.pem --to postgres://admin@db.example.com --target-database shop_restored
  backstop restore 20261120T020000Z --store file:backups --to postgres://localhost --target-database shop_restored --jobs 4
  backstop restore --at 2026-11-20T01:30:00Z --store file:backups --to postgres://localhost --target-database shop_restored
  backstop restore newest --store file:backups --to postgres://localhost --swap shop${RESTORE_TABLES_EXAMPLES}
  PGPASSWORD=… backstop restore --archive shop-2024-05-01.sql.gz --to postgres://admin@db.example.com --target-database shop_2024`;

export function registerRestore(program: Command, io: CommandIo): void {
  const command = program
    .command('restore')
    .description('restore a recovery point into a new database and compare it')
    .argument('[id]', 'its id, the beginning of it, or newest');
  const options = [
    ...restoreOptions(),
    ...shared.grouped('Some tables only:', tableOptions()),
    ...shared.grouped('By the task in AWS:', inAwsOptions()),
    ...shared.grouped('An archive of your own scripts:', archiveOptions()),
  ];
  for (const option of options) command.addOption(option);
  command
    .addHelpText('after', `${MORE}\n${exitCodesHelp()}`)
    .action((id: string | undefined, options: Options) => {
      demandArchiveUsage(id, command);
      if (options.archive !== undefined) return runRestoreArchive(options, io);
      return options.inAws === true ? restoreInAws(id, options, command, io) : runRestore(id, options, io);
    });
}

async function runRestore(id: string | undefined, options: Options, io: CommandIo): Promise<void> {
  const json = options.json === true;
  const request = await restoreRequestOf(id, options, io);
  const part = tablesRequest(options, request.targetDatabase, io.environment);
  const trust = await shared.trustOf(options);
  const evidenceTrust = await evidenceTrustIfNamed(options);
  const store = shared.openStoreOf(options);
  const archive = shared.openArchiveOf(options);
  const versions = shared.openVersionsOf(options);
  const reporter = io.reporter(json);
  shared.warnOfPassword(reporter, '--to', options.to);
  shared.warnOfPassword(reporter, '--rows-missing-in', options.rowsMissingIn);
  const caller = await callerOf(store.url, io.environment);
  const { clock, signal } = io;
  const surroundings = { environment: definedIn(io.environment), caller, randomBytes };
  try {
    const ask = async (question: string) => options.confirm ?? shared.asked(question, io);
    const tools: RestoreTools = {
      store,
      archive,
      versions,
      trust,
      reporter,
      clock,
      signal,
      ask,
      ...surroundings,
    };
    const believing = evidenceTrust === undefined ? tools : { ...tools, evidenceTrust };
    const { result, summary, text } = part
      ? await runTables({ ...request, ...part }, believing)
      : await runWhole(request, believing);
    reporter.close();
    printResult(io, json, summary, text);
    demandVerdict(result, request.place);
  } finally {
    reporter.close();
    archive?.close();
    versions?.close();
    await store.close();
  }
}

async function runWhole(...[request, tools]: Parameters<typeof restore>) {
  const result = await restore(request, tools);
  return { result, summary: restoreSummary(result), text: () => restoreText(result) };
}

function definedIn(environment: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
