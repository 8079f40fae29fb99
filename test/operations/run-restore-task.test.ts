/** A restore task that ECS forgets while somebody waits for it; its other ends are in test/cli/restore-in-aws.test.ts. */
import {
  CreateClusterCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  SubmitTaskStateChangeCommand,
} from '@aws-sdk/client-ecs';
import { randomBytes } from 'node:crypto';
import { namesOf, RESTORE_CONTAINER, restoreTaskFamily } from '../../lib/contract/names';
import { runRestoreTask } from '../../lib/operations/run-restore-task';
import { silentReporter } from '../../lib/runtime/reporter';
import { alterAnswer, startFaultProxy, type Fault, type FaultProxy } from '../support/fault-proxy';
import { emulatorEnvironment, sharedServers } from '../support/shared-servers';

const installation = `shop-${randomBytes(4).toString('hex')}`;
const { cluster } = namesOf(installation);
const { AWS_ENDPOINT_URL_ECS: usual } = process.env;

let proxy: FaultProxy;
let ecs: ECSClient;
beforeAll(async () => {
  Object.assign(process.env, emulatorEnvironment());
  ecs = new ECSClient({});
  await ecs.send(new CreateClusterCommand({ clusterName: cluster }));
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: restoreTaskFamily(installation, 17),
      containerDefinitions: [{ name: RESTORE_CONTAINER, image: 'backstop', memory: 512 }],
    }),
  );
  proxy = await startFaultProxy(sharedServers().emulator);
  process.env['AWS_ENDPOINT_URL_ECS'] = proxy.endpoint;
});
afterEach(() => {
  proxy.clear();
});
afterAll(async () => {
  if (usual === undefined) delete process.env['AWS_ENDPOINT_URL_ECS'];
  else process.env['AWS_ENDPOINT_URL_ECS'] = usual;
  await proxy.stop();
  ecs.destroy();
});

/** So many looks at the task find nothing, as ECS answers for one that it does not know. @param then once after those */
function forget(looks: number, then: (taskArn: string) => Promise<unknown>): () => number {
  let seen = 0;
  const look: Fault = async (exchange) => {
    if (!String(exchange.asked.headers['x-amz-target']).endsWith('.DescribeTasks'))
      return alterAnswer(() => undefined)(exchange);
    seen += 1;
    let arn = '';
    await alterAnswer((answer) => {
      const { tasks } = JSON.parse(answer.body.toString()) as { tasks: [{ taskArn: string }] };
      arn = tasks[0].taskArn;
      const missing = { tasks: [], failures: [{ arn, reason: 'MISSING' }] };
      if (seen <= looks) answer.body = Buffer.from(JSON.stringify(missing));
    })(exchange);
    if (seen === looks) await then(arn);
  };
  proxy.fail({ method: 'POST' }, look);
  return () => seen;
}

const run = (patienceMs: number) =>
  runRestoreTask(
    {
      ...{ installation, major: 17, command: ['restore', 'newest'], detach: false, startedBy: 'test' },
      network: { subnets: ['subnet-1'], securityGroups: ['sg-1'], assignPublicIp: 'DISABLED' },
    },
    { reporter: silentReporter, signal: new AbortController().signal, patienceMs },
  );

test('a task that ECS does not know any more is given up after a while, and told how to look for', async () => {
  const seen = forget(Infinity, () => Promise.resolve());
  await expect(run(2000)).rejects.toMatchObject({
    kind: 'restore-failed',
    message: expect.stringMatching(
      /^ECS has known no such task for \d.* s\. The task may go on without us\.$/,
    ),
    hint: expect.stringContaining('arn:aws:ecs:'),
  });
  expect(seen()).toBeGreaterThan(1);
});

test('one that is not known for a moment is waited for to its end', async () => {
  const end = (task: string) =>
    ecs.send(
      new SubmitTaskStateChangeCommand({
        ...{ cluster, task, status: 'STOPPED' },
        containers: [{ containerName: RESTORE_CONTAINER, exitCode: 0 }],
      }),
    );
  forget(2, end);
  expect(await run(60_000)).toMatchObject({ cluster });
});
