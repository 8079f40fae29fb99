/** `backstop alarm-test`: sets alarms off and looks that their messages arrive. */
import { randomBytes } from 'node:crypto';
import { Option, type Command } from 'commander';
import { ALARMS, type AlarmName } from '../contract/alarms';
import { Failure, messageOf } from '../contract/failure';
import { COMPUTE_OUTPUTS, STORAGE_OUTPUTS } from '../contract/installation-outputs';
import type { AlarmTested } from '../operations/alarm-test';
import type { OwnAlarm } from '../operations/installation-alarms';
import { testableOf, testAlarms, whereToLook } from '../operations/test-alarms';
import { CloudWatchAlarms } from '../runtime/cloudwatch-alarms';
import { readStackOutputs } from '../runtime/deployed-installation';
import { openStore } from '../runtime/open-store';
import type { Reporter } from '../runtime/reporter';
import type { Store } from '../runtime/store';
import { WitnessQueue } from '../runtime/witness-queue';
import { alarmTestText } from './alarm-test-text';
import { ofDatabaseOption, readOwnAlarms } from './alarms';
import { printResult, type CommandIo } from './command-io';
import { exitCodesHelp } from './exit-codes';
import { demandInstallation, installationOption, type InstallationOptions } from './installation-option';
import * as shared from './options';

interface AlarmTestOptions extends InstallationOptions {
  readonly alarm?: readonly AlarmName[];
  readonly database?: string;
  readonly waitSeconds?: number;
  readonly yes?: boolean;
  readonly requestedBy: string;
  readonly json?: boolean;
}

/** So many may be tested without being asked. */
const UNASKED = 3;

const MORE = `
Everybody who is subscribed gets two messages for each alarm, which say that
it is a test, and whose. Each alarm is set off, waited for at the witness
queue, and put back, also where the test is stopped. One that is in ALARM for
real, or tells nobody, is left alone. Ends with 13 where a message never
arrived, or nothing could be tested.

Examples:
  backstop alarm-test --installation acme --alarm SubscriptionUnconfirmed
  backstop alarm-test --installation acme --database shop --yes
  backstop alarm-test --installation acme --yes --json`;

export function registerAlarmTest(program: Command, io: CommandIo): void {
  program
    .command('alarm-test')
    .description('set alarms off, one by one, and look that their messages arrive')
    .addOption(installationOption())
    .addOption(
      new Option('--alarm <names...>', 'only these, by their names in the runbook').choices(
        Object.keys(ALARMS),
      ),
    )
    .addOption(ofDatabaseOption())
    .addOption(
      new Option('--wait-seconds <seconds>', 'how long a message may take; default 180').argParser(
        shared.positive,
      ),
    )
    .option('--yes', 'do not ask: for timers and pipes')
    .addOption(shared.requestedByOption())
    .addOption(shared.jsonOption())
    .addHelpText('after', `${MORE}\n${exitCodesHelp()}`)
    .action((options: AlarmTestOptions) => runAlarmTest(options, io));
}

async function runAlarmTest(options: AlarmTestOptions, io: CommandIo): Promise<void> {
  const installation = demandInstallation(options);
  const { outputs } = await readStackOutputs(installation, 'compute', COMPUTE_OUTPUTS);
  const json = options.json === true;
  const [alarms, witness, reporter] = [
    new CloudWatchAlarms(),
    new WitnessQueue(outputs.alarmWitnessQueueUrl),
    io.reporter(json),
  ];
  let statusStore: Store | undefined;
  try {
    const chosen = chosenOf(await readOwnAlarms(installation, alarms), options);
    await confirm(testableOf(chosen).length, options, io);
    statusStore = await statusStoreOf(installation, reporter);
    const { requestedBy, waitSeconds } = options;
    const request = { chosen, requestedBy, ...(waitSeconds === undefined ? {} : { waitSeconds }) };
    const newId = () => randomBytes(4).toString('hex');
    const { clock, signal } = io;
    const tools = { alarms, witness, clock, reporter, signal, statusStore, newId };
    const results = told(chosen, await testAlarms(request, tools), outputs.alarmTopicArn);
    reporter.close();
    printResult(io, json, { installation, results }, () => alarmTestText(results, io.stdout));
    demandArrival(results);
  } finally {
    reporter.close();
    alarms.close();
    witness.close();
    await statusStore?.close();
  }
}

export interface ToldTest extends AlarmTested {
  readonly name: AlarmName;
  readonly database: string | null;
  /** Where its message never arrived: where to look. */
  readonly look: readonly string[];
}

function told(chosen: readonly OwnAlarm[], results: readonly AlarmTested[], topicArn: string): ToldTest[] {
  return chosen.flatMap(({ name, database, live }) => {
    const tested = results.find(({ alarm }) => alarm === live.name);
    const look = tested?.outcome === 'never' ? whereToLook(live, topicArn) : [];
    return tested === undefined ? [] : [{ name, database: database ?? null, ...tested, look }];
  });
}

/** @throws Failure `usage` where none is meant */
function chosenOf(own: readonly OwnAlarm[], { alarm, database }: AlarmTestOptions): OwnAlarm[] {
  const chosen = own.filter(
    (each) =>
      (alarm === undefined || alarm.includes(each.name)) &&
      (database === undefined || each.database === database),
  );
  if (chosen.length > 0) return chosen;
  const asked = [...(alarm ?? []), ...(database === undefined ? [] : [`of the database ${database}`])];
  throw new Failure('usage', `There is no alarm ${asked.join(' ')}.`, {
    hint: '`backstop alarms` names those that there are.',
  });
}

/** @throws Failure `usage` where nobody can be asked; `stopped` where the answer is no */
async function confirm(count: number, { yes, json }: AlarmTestOptions, io: CommandIo): Promise<void> {
  if (count <= UNASKED || yes === true) return;
  const messages = `Everybody who is subscribed gets ${2 * count} messages: two for each of ${count} alarms.`;
  const answer = json === true ? undefined : await shared.asked(`${messages}\nType "test" to go on: `, io);
  if (answer === undefined) {
    throw new Failure('usage', `${messages} There is no terminal to ask whether to go on.`, {
      hint: 'Give --yes, or choose fewer with --alarm or --database.',
    });
  }
  if (answer !== 'test') throw new Failure('stopped', 'No alarm was set off: it was not confirmed.');
}

/** A test without a record is better than none. */
async function statusStoreOf(installation: string, reporter: Reporter): Promise<Store | undefined> {
  try {
    const { outputs } = await readStackOutputs(installation, 'storage', STORAGE_OUTPUTS);
    return openStore(`s3://${outputs.statusBucketName}`);
  } catch (error) {
    reporter.warn(`What comes of the test is not kept: ${messageOf(error)}`);
    return undefined;
  }
}

/** @throws Failure `needs-attention` */
function demandArrival(results: readonly ToldTest[]): void {
  const tested = results.filter(({ outcome }) => outcome !== 'not-tested');
  const never = tested.filter(({ outcome }) => outcome === 'never');
  if (tested.length === 0)
    throw new Failure('needs-attention', 'No alarm was tested.', { hint: 'Why not is told above.' });
  if (never.length > 0)
    throw new Failure('needs-attention', `${never.length} of ${tested.length} alarms never arrived.`, {
      hint: 'Where to look is told above; until it is mended, alarms may reach nobody.',
    });
}
