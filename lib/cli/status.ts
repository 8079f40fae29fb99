/** `backstop status`: how the backups are, in a sentence, on pages for a repository, and as an exit code. */
import { Option, type Command } from 'commander';
import { Failure } from '../contract/failure';
import { STORAGE_OUTPUTS } from '../contract/installation-outputs';
import type { Status } from '../contract/status';
import { asReadAt, isOld } from '../operations/status/installation-problems';
import { liveStatus, NOTHING_TOLD } from '../operations/status/live-status';
import { readStatus } from '../operations/status/read-status';
import { readStackOutputs } from '../runtime/deployed-installation';
import { DirectoryDocuments } from '../runtime/directory-documents';
import { s3Client } from '../runtime/s3-api';
import { S3Documents } from '../runtime/s3-documents';
import { printResult, type CommandIo } from './command-io';
import { evidenceTrustOf, evidenceTrustOptions, type EvidenceTrustOptions } from './evidence-trust';
import { exitCodesHelp } from './exit-codes';
import { demandInstallation, type InstallationOptions } from './installation-option';
import * as shared from './options';
import { statusText } from './status-text';
import { toldBySettings } from './told-settings';
import { writeStatusFolder } from './write-status-folder';

interface AskedOptions extends EvidenceTrustOptions, shared.TrustOptions {
  readonly database?: string;
  readonly settings?: string;
  readonly write?: string;
  readonly exitCode?: boolean;
  readonly json?: boolean;
}

interface StatusOptions extends AskedOptions, InstallationOptions {
  /** Whether the store itself is looked into, and not what the monitor wrote. */
  readonly live: boolean;
}

const MORE = `
With --installation it reads what the monitor wrote last, and says loudly
where that is old. With --store it looks into the store itself: manifests,
evidence, what programs told, the objects of the newest point and of the
newest proven one. With --settings it says what was promised, too: without it
only what is wrong anyhow is a problem.

Examples:
  backstop status --installation acme --exit-code
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
    .action((options: AskedOptions, own: Command) => tellStatus({ ...options, live: isLive(own) }, io));
}

/** A store that only the outputs of the installation named is not asked for; one that a person names is. */
function isLive(command: Command): boolean {
  const [installation, store] = ['installation', 'store'].map((name) => command.getOptionValueSource(name));
  return installation === undefined || store === 'cli' || (installation === 'env' && store === 'env');
}

async function tellStatus(options: StatusOptions, io: CommandIo): Promise<void> {
  const status = options.live ? await lookedAt(options, io) : await writtenByMonitor(options, io);
  if (options.write !== undefined) {
    // Nobody makes the next one in that folder by itself; one that is past its time must go on saying so.
    const kept = isOld(status, io.clock.now()) ? status : { ...status, nextBy: null };
    await writeStatusFolder(new DirectoryDocuments(options.write), kept);
  }
  const { stdout } = io;
  printResult(io, options.json === true, status, () =>
    statusText(status, { width: stdout.columns, stream: stdout }),
  );
  if (options.exitCode === true) refuseProblems(status);
}

async function lookedAt(options: StatusOptions, io: CommandIo): Promise<Status> {
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

/** @throws Failure `stored-data-faulty` where there is none that can be read */
async function writtenByMonitor(options: StatusOptions, io: CommandIo): Promise<Status> {
  const { outputs } = await readStackOutputs(demandInstallation(options), 'storage', STORAGE_OUTPUTS);
  const client = s3Client();
  try {
    const status = await readStatus(new S3Documents(outputs.statusBucketName, client));
    return asReadAt(onlyOf(status, options.database), io.clock.now());
  } finally {
    client.destroy();
  }
}

function onlyOf(status: Status, database: string | undefined): Status {
  if (database === undefined) return status;
  const databases = status.databases.filter(({ name }) => name === database);
  if (databases.length === 0)
    throw new Failure('usage', `The status of ${status.installation ?? status.store} knows no ${database}.`, {
      hint: `It knows ${status.databases.map(({ name }) => name).join(', ') || 'none'}.`,
    });
  const problems = status.problems.filter((problem) => [null, database].includes(problem.database));
  return { ...status, databases, problems };
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
