/** The bundled program of the monthly test, in a process of its own as in Lambda. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CloudWatchClient, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import { lambdaBundle } from '../../lib/constructs/lambda-bundle';
import { alarmTestRecordSchema, ALARM_TESTS_PREFIX } from '../../lib/contract/alarm-test-record';
import { s3Client } from '../../lib/runtime/s3-api';
import { S3Store } from '../../lib/runtime/s3-store';
import { json } from 'node:stream/consumers';
import { CloudWatchAgent } from '../support/cloudwatch-agent';
import { clientOptions } from '../support/emulator';
import { makeInstallation, type MadeInstallation } from '../support/made-installation';
import { emulatorEnvironment, sharedServers } from '../support/shared-servers';
import { run } from '../support/spawn';

const folder = mkdtempSync(path.join(tmpdir(), 'backstop-alarm-test-'));
const endpoint = sharedServers().emulator;
let acme: MadeInstallation;
let agent: CloudWatchAgent;

beforeAll(async () => {
  Object.assign(process.env, emulatorEnvironment());
  acme = await makeInstallation();
  agent = await CloudWatchAgent.start(endpoint, `${acme.name}-`);
  writeFileSync(path.join(folder, 'index.js'), lambdaBundle('alarm-test').code);
});
afterAll(async () => {
  await agent.stop();
  rmSync(folder, { recursive: true });
});

/** What it wrote; an error of the program is among it. */
async function invoked(waitSeconds: number): Promise<string> {
  const config = { alarm: acme.alarm('SubscriptionUnconfirmed'), waitSeconds };
  writeFileSync(path.join(folder, 'config.json'), JSON.stringify(config));
  const env = {
    ...emulatorEnvironment(),
    ...{ PATH: process.env['PATH'], BACKSTOP_ALARM_WITNESS: acme.witnessUrl },
    BACKSTOP_STATUS_STORE: `s3://${acme.statusBucketName}`,
  };
  const program = `require('./index.js').handler({})`;
  return run(process.execPath, ['-e', program], { cwd: folder, env }).then(
    ({ stdout, stderr }) => stdout + stderr,
    (error: unknown) => {
      const { stdout, stderr } = error as { readonly stdout: string; readonly stderr: string };
      return `FAILED ${stdout}${stderr}`;
    },
  );
}

async function newestRecord() {
  const store = new S3Store(acme.statusBucketName, s3Client());
  let newest: unknown;
  for await (const { key } of store.list(ALARM_TESTS_PREFIX)) newest = await json(await store.get(key));
  await store.close();
  return newest === undefined ? undefined : alarmTestRecordSchema.parse(newest);
}

/** Each on what the one before it has left. */
test('one that arrives is kept, with the seconds that it took', async () => {
  const output = await invoked(60);
  expect(output).not.toContain('FAILED');
  expect(await newestRecord()).toMatchObject({
    ...{ alarm: acme.alarm('SubscriptionUnconfirmed'), arrived: true, by: 'the monthly test' },
    secondsToArrival: expect.any(Number) as number,
  });
  expect(agent.seen.map(({ to }) => to)).toEqual(['ALARM', 'OK']);
});

test('one that never arrives is kept, and ends the program with an error, which Lambda keeps', async () => {
  agent.silent = true;
  const output = await invoked(1);
  expect(output).toContain('FAILED');
  expect(output).toContain('never arrived: alarms may reach nobody');
  expect(await newestRecord()).toMatchObject({ arrived: false, secondsToArrival: null });
});

test('one that is in ALARM for real is left alone, and leaves no record', async () => {
  const before = await newestRecord();
  const client = new CloudWatchClient(clientOptions(endpoint));
  const AlarmName = acme.alarm('SubscriptionUnconfirmed');
  await client.send(new SetAlarmStateCommand({ AlarmName, StateValue: 'ALARM', StateReason: 'one' }));
  client.destroy();
  const output = await invoked(60);
  expect(output).toContain('not-tested');
  expect(output).not.toContain('FAILED');
  expect(await newestRecord()).toEqual(before);
});
