/** `backstop status`: how the backups are, in a sentence, on pages for a repository, and as an exit code. */
import { Option, type Command } from 'commander';
import { Failure } from '../contract/failure';
import type { Status } from '../contract/status';
import { liveStatus, NOTHING_TOLD } from '../operations/status/live-status';
import { DirectoryDocuments } from '../runtime/directory-documents';
import { printResult, type CommandIo } from './command-io';
import { evidenceTrustOf, evidenceTrustOptions, type EvidenceTrustOptions } from './evidence-trust';
import { exitCodesHelp } from './exit-codes';
import * as shared from './options';
import { statusText } from './status-text';
import { toldBySettings } from './told-settings';
import { writeStatusFolder } from './write-status-folder';

interface StatusOptions extends EvidenceTrustOptions, shared.TrustOptions {
  readonly database?: string;
  readonly settings?: string;
  readonly write?: string;
  readonly exitCode?: boolean;
  readonly json?: boolean;
}

const MORE = `
Looks into the store itself: manifests, evidence, what programs told, the objects of the newest point and of the newest proven
one. With --settings it says what was promised, too: without it only what is wrong anyhow is a problem.

Examples:
  backstop status --store file:backups --settings backstop.config.ts
  backstop status --store s3://shop-backups --public-key manifests.pub.pem --evidence-key evidence.pub.pem --json
  backstop status --store file:backups --write status --exit-code`;

export function registerStatus(program: Command, io: CommandIo): void {
  const command = program
    .command('status')
    .description('tell how the backups are, what is proven, and what is wrong')
    .addOption(shared.databaseOption('only of this database'))
    .addOption(shared.storeOption())
    .addOption(shared.publicKeyOption())
    .addOption(shared.signerOption());
  for (const option of evidenceTrustOptions()) command.addOption(option);
  command
    .addOption(new Option('--settings <file>', 'what was promised: the settings file'))
    .addOption(new Option('--write <dir>', 'write page, badge, BACKUP_STATUS.md and status.json there'))
    .addOption(new Option('--exit-code', 'end with 13 where something needs attention'))
    .addOption(shared.jsonOption())
    .addHelpText('after', `${MORE}\n${exitCodesHelp()}`)
    .action((options: StatusOptions) => tellStatus(options, io));
}

async function tellStatus(options: StatusOptions, io: CommandIo): Promise<void> {
  const status = await statusOf(options, io);
  if (options.write !== undefined) await writeStatusFolder(new DirectoryDocuments(options.write), status);
  const { stdout } = io;
  printResult(io, options.json === true, status, () =>
    statusText(status, { width: stdout.columns, stream: stdout }),
  );
  if (options.exitCode === true) refuseProblems(status);
}

async function statusOf(options: StatusOptions, io: CommandIo): Promise<Status> {
  const [trust, evidence] = [await shared.trustOf(options), await evidenceTrustOf(options)];
  const told = options.settings === undefined ? NOTHING_TOLD : toldBySettings(options.settings);
  const store = shared.openStoreOf(options);
  try {
    // Evidence that nobody signed proves nothing, whoever backs up without a signature.
    const tools = { store, trust, evidenceTrust: { ...evidence, allowUnsigned: false } };
    return await liveStatus(tools, told, io.clock.now(), options.database);
  } finally {
    await store.close();
  }
}

/** @throws Failure `needs-attention` */
function refuseProblems({ problems, databases }: Status): void {
  const unproven = databases.filter(({ proven }) => proven === null).length;
  if (problems.length === 0 && unproven === 0 && databases.length > 0) return;
  throw new Failure(
    'needs-attention',
    `${problems.length} problems; ${unproven} of ${databases.length} databases are not proven.`,
    { hint: 'The status above tells each, and where to read what to do.' },
  );
}
