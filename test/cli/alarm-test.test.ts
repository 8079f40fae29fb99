/**
 * Alarms are set off through their real actions: CloudWatch's part is played by an agent, topic and witness are the
 * emulator's. What is broken on the way is told as never arrived, and every state is put back.
 */
import { once } from 'node:events';
import { CloudWatchClient, DescribeAlarmsCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import {
  alarmTestRecordSchema,
  ALARM_TESTS_PREFIX,
  type AlarmTestRecord,
} from '../../lib/contract/alarm-test-record';
import { DATABASE_ALARMS } from '../../lib/contract/alarms';
import { s3Client } from '../../lib/runtime/s3-api';
import { S3Store } from '../../lib/runtime/s3-store';
import { json } from 'node:stream/consumers';
import { backstop, startBackstop } from '../support/backstop-cli';
import { CloudWatchAgent } from '../support/cloudwatch-agent';
import { clientOptions } from '../support/emulator';
import { makeInstallation, type MadeInstallation } from '../support/made-installation';
import { typed, type Typed } from '../support/operator-terminal';
import { emulatorEnvironment, sharedServers } from '../support/shared-servers';
import { eventually } from '../support/spawn';

interface Told {
  readonly results: readonly Readonly<Record<string, unknown>>[];
}

const ONE = ['--alarm', 'SubscriptionUnconfirmed', '--requested-by', 'anna'];
const endpoint = sharedServers().emulator;
let cloudWatch: CloudWatchClient;
let acme: MadeInstallation;
let agent: CloudWatchAgent;

beforeAll(async () => {
  Object.assign(process.env, emulatorEnvironment());
  cloudWatch = new CloudWatchClient(clientOptions(endpoint));
  acme = await makeInstallation();
  agent = await CloudWatchAgent.start(endpoint, `${acme.name}-`);
});
afterAll(async () => {
  await agent.stop();
  cloudWatch.destroy();
});
afterEach(() => {
  agent.silent = false;
});

const testing = (args: readonly string[], how?: Typed, of = acme) =>
  typed(['alarm-test', '--installation', of.name, ...args], how);
const told = async (args: readonly string[], of = acme) =>
  (JSON.parse(await testing([...args, '--json'], {}, of)) as Told).results;

async function stateOf(AlarmNames: string): Promise<string | undefined> {
  const answer = await cloudWatch.send(new DescribeAlarmsCommand({ AlarmNames: [AlarmNames] }));
  return answer.MetricAlarms?.[0]?.StateValue;
}

async function records({ statusBucketName } = acme): Promise<AlarmTestRecord[]> {
  const store = new S3Store(statusBucketName, s3Client());
  const found: AlarmTestRecord[] = [];
  for await (const { key } of store.list(ALARM_TESTS_PREFIX)) {
    const record = alarmTestRecordSchema.parse(await json(await store.get(key)));
    expect(key).toBe(`${ALARM_TESTS_PREFIX}${record.testedAt}.json`);
    found.push(record);
  }
  await store.close();
  return found;
}

test('an alarm goes off through its action, arrives, goes back and arrives again, and says that it is a test', async () => {
  agent.seen.length = 0;
  const [result] = await told(ONE);
  const alarm = acme.alarm('SubscriptionUnconfirmed');
  expect(result).toMatchObject({
    alarm,
    outcome: 'arrived',
    name: 'SubscriptionUnconfirmed',
    database: null,
  });
  expect(result).toMatchObject({ secondsToAlarm: expect.any(Number), secondsToOk: expect.any(Number) });
  expect(agent.seen.map(({ alarm: of, from, to }) => [of, from, to])).toEqual([
    [alarm, 'OK', 'ALARM'],
    [alarm, 'ALARM', 'OK'],
  ]);
  expect(agent.seen[0]?.reason).toMatch(/^TEST [0-9a-f]{8} by anna: nothing is wrong/);
  expect(await records()).toMatchObject([
    { alarm, arrived: true, by: 'anna', secondsToArrival: expect.any(Number) },
  ]);
});

test('messages of real alarms are left to whoever reads them, and are taken for none', async () => {
  const sns = new SNSClient(clientOptions(endpoint));
  const Message = JSON.stringify({
    AlarmName: acme.alarm('SubscriptionUnconfirmed'),
    NewStateValue: 'ALARM',
    AlarmArn: 'a',
    OldStateValue: 'OK',
    NewStateReason: 'one address',
    StateChangeTime: new Date().toISOString(),
  });
  await sns.send(new PublishCommand({ TopicArn: acme.topicArn, Message }));
  sns.destroy();
  agent.silent = true;
  await expect(told([...ONE, '--wait-seconds', '2'])).rejects.toMatchObject({ kind: 'needs-attention' });
});

test('where CloudWatch publishes nothing, it never arrived: where to look is told, kept, and the state put back', async () => {
  agent.silent = true;
  const error = (await testing([...ONE, '--wait-seconds', '1']).catch((thrown: unknown) => thrown)) as {
    readonly kind: string;
    readonly printed: string;
  };
  expect(error.kind).toBe('needs-attention');
  expect(error.printed).toMatch(/^NEVER ARRIVED +SubscriptionUnconfirmed/m);
  expect(error.printed).toContain(
    "  - the topic's policy: cloudwatch.amazonaws.com must be allowed sns:Publish",
  );
  expect(await stateOf(acme.alarm('SubscriptionUnconfirmed'))).toBe('OK');
  expect((await records()).at(-1)).toMatchObject({ arrived: false, secondsToArrival: null });
});

test('a witness that is not subscribed hears nothing', async () => {
  const deaf = await makeInstallation({ witnessed: false });
  const ears = await CloudWatchAgent.start(endpoint, `${deaf.name}-`);
  await expect(told([...ONE, '--wait-seconds', '1'], deaf)).rejects.toMatchObject({
    kind: 'needs-attention',
  });
  expect(await stateOf(deaf.alarm('SubscriptionUnconfirmed'))).toBe('OK');
  await ears.stop();
});

test('an alarm whose action is gone is told by its action', async () => {
  const mute = await makeInstallation({ mute: ['SubscriptionUnconfirmed'] });
  const ears = await CloudWatchAgent.start(endpoint, `${mute.name}-`);
  const error = (await testing([...ONE, '--wait-seconds', '1'], {}, mute).catch(
    (thrown: unknown) => thrown,
  )) as {
    readonly printed: string;
  };
  await ears.stop();
  expect(error.printed).toContain(
    `its actions do not name the topic ${mute.topicArn} (when it comes, when it goes)`,
  );
});

test('what is in ALARM for real, or tells nobody, is left alone and told', async () => {
  const real = await makeInstallation({ silenced: ['HoldStale'] });
  const StateReason = 'two faults';
  const AlarmName = real.alarm('BackupFailed', 'shop');
  await cloudWatch.send(new SetAlarmStateCommand({ AlarmName, StateValue: 'ALARM', StateReason }));
  const error = (await testing(['--alarm', 'BackupFailed', 'HoldStale'], {}, real).catch(
    (e: unknown) => e,
  )) as {
    readonly kind: string;
    readonly printed: string;
  };
  expect(error.kind).toBe('needs-attention');
  expect(error.printed).toContain('not tested: BackupFailed of shop: it is in ALARM: two faults');
  expect(error.printed).toContain('not tested: HoldStale of shop: its actions are disabled');
  expect(await stateOf(AlarmName)).toBe('ALARM');
  expect(await records(real)).toEqual([]);
});

const OF_SHOP = DATABASE_ALARMS.length;

test('more than a few ask first, and say how many messages everybody gets', async () => {
  await expect(testing(['--database', 'shop'])).rejects.toMatchObject({
    kind: 'usage',
    message: expect.stringContaining(
      `gets ${2 * OF_SHOP} messages: two for each of ${OF_SHOP} alarms.`,
    ) as string,
  });
  await expect(testing(['--database', 'shop'], { answer: 'no' })).rejects.toMatchObject({ kind: 'stopped' });
});

test('all of a database, by the very program', async () => {
  const args = ['alarm-test', '--installation', acme.name, '--database', 'shop', '--yes'];
  const { exitCode, stdout, stderr } = await backstop(args, emulatorEnvironment());
  expect({ exitCode, stderr }).toEqual({
    exitCode: 0,
    stderr: expect.stringContaining(`alarm-test: ${OF_SHOP} of ${OF_SHOP} alarms`) as string,
  });
  expect(stdout.match(/^arrived +\w+ +shop +[\d.]+ s +[\d.]+ s$/gm)).toHaveLength(OF_SHOP);
});

test('stopped midway, it puts the state back before it ends', async () => {
  agent.silent = true;
  agent.seen.length = 0;
  const running = startBackstop(['alarm-test', '--installation', acme.name, ...ONE], emulatorEnvironment());
  await eventually('the alarm is set off', () => {
    if (agent.seen.length === 0) throw new Error('not yet');
    return Promise.resolve();
  });
  running.child.kill('SIGINT');
  await once(running.child, 'close');
  expect(await running.ended).toMatchObject({ exitCode: 11 });
  expect(await stateOf(acme.alarm('SubscriptionUnconfirmed'))).toBe('OK');
});

test('where the result may not be kept, it is told, and the test is made', async () => {
  const bare = await makeInstallation({ statusBucket: false });
  const ears = await CloudWatchAgent.start(endpoint, `${bare.name}-`);
  const args = ['alarm-test', '--installation', bare.name, ...ONE];
  const { exitCode, stderr } = await backstop(args, emulatorEnvironment());
  await ears.stop();
  expect(exitCode).toBe(0);
  expect(stderr).toContain('WARNING: What came of the test is not kept:');
});
