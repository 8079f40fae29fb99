/** A restore by the task in AWS, as an operator starts it; the emulator's agent runs the real program. */
import { CloudWatchLogsClient, CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CreateClusterCommand, ECSClient, RegisterTaskDefinitionCommand } from '@aws-sdk/client-ecs';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { namesOf, RESTORE_CONTAINER, restoreTaskFamily } from '../../lib/contract/names';
import { backstop, startBackstop } from '../support/backstop-cli';
import { FargateAgent, type AgentTask } from '../support/fargate-agent';
import { makeBench, type Bench } from '../support/make-backup';
import { query, TEST_PASSWORD } from '../support/postgres-cluster';
import { emulatorEnvironment, sharedMajors } from '../support/shared-servers';
import { shopDatabase } from '../support/small-database';

const INSTALLATION = `shop-${randomBytes(4).toString('hex')}`;
const { cluster, parameters } = namesOf(INSTALLATION);
const LOG_GROUP = `${INSTALLATION}-log`;
const major = sharedMajors()[0]!;

let bench: Bench;
let id: string;
let agent: FargateAgent;
let env: Record<string, string>;

/** What the compute stack makes, as far as a task is started by it. */
async function deployed(): Promise<void> {
  Object.assign(process.env, emulatorEnvironment());
  const [ecs, ssm, logs] = [new ECSClient({}), new SSMClient({}), new CloudWatchLogsClient({})];
  await ecs.send(new CreateClusterCommand({ clusterName: cluster }));
  await logs.send(new CreateLogGroupCommand({ logGroupName: LOG_GROUP }));
  const options = { 'awslogs-group': LOG_GROUP, 'awslogs-stream-prefix': 'restore' };
  const logConfiguration = { logDriver: 'awslogs', options } as const;
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: restoreTaskFamily(INSTALLATION, major),
      containerDefinitions: [{ name: RESTORE_CONTAINER, image: 'backstop', memory: 512, logConfiguration }],
    }),
  );
  for (const [Name, Value] of [
    [parameters.subnetIds, 'subnet-1,subnet-2'],
    [parameters.securityGroupIds, 'sg-1'],
    [parameters.assignPublicIp, 'ENABLED'],
  ] as const)
    await ssm.send(new PutParameterCommand({ Name, Value, Type: 'String' }));
  for (const client of [ecs, ssm, logs]) client.destroy();
}

beforeAll(async () => {
  await deployed();
  bench = await makeBench(await shopDatabase(major));
  ({ id } = (await bench.backup()).manifest);
  agent = new FargateAgent({ cluster, container: RESTORE_CONTAINER, logGroup: LOG_GROUP });
  env = {
    ...emulatorEnvironment(),
    BACKSTOP_STORE: bench.store.url,
    BACKSTOP_PUBLIC_KEYS: bench.publicKeyFile,
  };
});
afterAll(() => agent.close());

const target = () => `in_aws_${randomBytes(4).toString('hex')}`;
const restoring = (...more: string[]) => [
  ...['restore', 'newest', '--in-aws', '--installation', INSTALLATION],
  ...['--target-database', target(), ...more],
];

/** The program of the image, with what the task definition and its secrets say. */
async function realProgram({ command, log }: AgentTask): Promise<number> {
  const { exitCode, stdout, stderr } = await backstop(command, {
    ...env,
    BACKSTOP_TO: bench.url.replace(`:${TEST_PASSWORD}`, '').replace(/\/[^/]*$/, ''),
    PGPASSWORD: TEST_PASSWORD,
  });
  await log(...`${stderr}${stdout}`.trim().split('\n'));
  return exitCode ?? 1;
}

const detailsOf = ({ task }: AgentTask) =>
  Object.fromEntries(
    (task.attachments?.[0]?.details ?? []).map(({ name = '', value = '' }) => [name, value]),
  );

test('the task restores the point that is meant now, its log is told, and its end is ours', async () => {
  agent.runs(realProgram);
  const args = restoring('--jobs', '3', '--owners', '--compare', 'rows');
  const name = args[6]!;
  // Files of this machine, which the task does not have.
  const evidence = ['--evidence-key', bench.publicKeyFile, '--evidence-signer', `file:${bench.keyFile}`];
  const { exitCode, stdout, stderr } = await backstop([...args, ...evidence], env);
  expect(stderr).toContain(`shop ${id} was restored into ${name}`);
  expect({ exitCode, stdout }).toEqual({
    exitCode: 0,
    stdout: expect.stringMatching(/^The restore task ended with exit code 0: arn:aws:ecs:/),
  });
  expect(agent.seen[0]?.command).toEqual([
    ...['restore', id, '--database', 'shop', '--target-database', name],
    ...['--jobs', '3', '--owners', '--compare', 'rows'],
  ]);
  const url = new URL(bench.url);
  url.pathname = `/${name}`;
  expect(await query(url.href, 'SELECT count(*)::int AS n FROM invoice_line')).toEqual([{ n: 20000 }]);
});

test('it is started where the deployment says, or where the operator says', async () => {
  agent.runs(() => Promise.resolve(0));
  await backstop(restoring(), env);
  const elsewhere = ['--subnets', 'subnet-9', '--security-groups', 'sg-8,sg-9'];
  await backstop(restoring(...elsewhere), env);
  expect(agent.seen.map(detailsOf)).toEqual([
    { subnetId: 'subnet-1', securityGroupIds: 'sg-1', assignPublicIp: 'ENABLED' },
    { subnetId: 'subnet-9', securityGroupIds: 'sg-8,sg-9', assignPublicIp: 'ENABLED' },
  ]);
});

test.each([
  [10, 10],
  [8, 8],
  [137, 9],
])('exit code %i of the container ends us with %i', async (code, expected) => {
  agent.runs(async ({ log }) => {
    await log('ERROR: it is not what was backed up');
    return code;
  });
  const { exitCode, stderr } = await backstop(restoring(), env);
  expect(exitCode).toBe(expected);
  expect(stderr).toContain('ERROR: it is not what was backed up');
  expect(stderr).toContain(`The restore task ended with exit code ${code}`);
});

test('a task that never started is a failure with the reason of ECS', async () => {
  agent.runs(() => Promise.resolve('ResourceInitializationError: unable to pull secrets'));
  const { exitCode, stderr } = await backstop(restoring(), env);
  expect(exitCode).toBe(9);
  expect(stderr).toContain('TaskFailedToStart: ResourceInitializationError: unable to pull secrets');
});

test('where ECS starts nothing, its reason is told', async () => {
  agent.runs(() => Promise.resolve(0));
  const { exitCode, stderr } = await backstop(restoring('--subnets', 'subnet-full'), env);
  expect(exitCode).toBe(2);
  expect(stderr).toContain('RESOURCE:FARGATE no capacity');
  expect(agent.seen).toEqual([]);
});

test('a signal stops the task and waits for its end', async () => {
  let ended = false;
  const running = new Promise<void>((begun) => {
    agent.runs(async ({ stopped, log }) => {
      await log('Restoring');
      begun();
      if (!stopped.aborted) await once(stopped, 'abort');
      await log('was dropped again: it was not whole.');
      ended = true;
      return 11;
    });
  });
  const { child, ended: outcome } = startBackstop(restoring(), env);
  await running;
  child.kill('SIGINT');
  const { exitCode, stderr } = await outcome;
  expect({ exitCode, ended }).toEqual({ exitCode: 11, ended: true });
  expect(stderr).toContain('was dropped again');
});

test('--detach tells how to follow it, and leaves it running', async () => {
  const running = new Promise<(code: number) => void>((begun) => {
    agent.runs(() => new Promise(begun));
  });
  const { exitCode, stdout } = await backstop(restoring('--detach'), env);
  expect(exitCode).toBe(0);
  const [arn = '', tail, waiting] = stdout.split('\n');
  expect(arn).toMatch(/^arn:aws:ecs:.*:task\//);
  expect(tail).toBe(
    `aws logs tail ${LOG_GROUP} --log-stream-names restore/restore/${arn.split('/').at(-1)} --follow`,
  );
  expect(waiting).toBe(`aws ecs wait tasks-stopped --cluster ${cluster} --tasks ${arn}`);
  (await running)(0);
});

test('without a store the id goes as it is typed, and the major must be said', async () => {
  agent.runs(() => Promise.resolve(0));
  const withoutStore = emulatorEnvironment();
  // By its stack alone no store is found; by the installation's name it would be looked for.
  const byStack = ['--in-aws', '--stack', `${INSTALLATION}-compute`, '--target-database', target()];
  expect(await backstop(['restore', 'newest', ...byStack], withoutStore)).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('--target-major'),
  });
  expect(await backstop(restoring(), withoutStore)).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining(`There is no stack ${INSTALLATION}-storage`),
  });
  const args = restoring('--target-major', String(major), '--database', 'shop');
  expect(await backstop(args, withoutStore)).toMatchObject({ exitCode: 0 });
  expect(agent.seen[0]?.command.slice(0, 4)).toEqual(['restore', 'newest', '--database', 'shop']);
});

describe('where it is to take the place of a database', () => {
  const taking = (...more: string[]) => [
    ...['restore', 'newest', '--in-aws', '--installation', INSTALLATION, '--swap', 'shop', ...more],
  ];

  test('its name is asked for here: without it nothing is started', async () => {
    agent.runs(() => Promise.resolve(0));
    for (const more of [[], ['--confirm', 'web']]) {
      const { exitCode, stderr } = await backstop(taking(...more), env);
      expect({ exitCode, stderr }).toEqual({
        exitCode: 8,
        stderr: expect.stringContaining('Nothing was started. Type the name, or give --confirm shop.'),
      });
    }
    expect(agent.seen).toEqual([]);
  });

  test('the task gets the name confirmed, and each override; whose evidence it believes its definition says', async () => {
    agent.runs(() => Promise.resolve(0));
    const overrides = ['--allow', 'old', '--allow', 'unproven', '--keep-old-days', '3'];
    const believing = {
      ...env,
      BACKSTOP_EVIDENCE_KEYS: 'mine.pem',
      BACKSTOP_EVIDENCE_SIGNER: 'file:mine.pem',
    };
    const { exitCode } = await backstop(taking('--confirm', 'shop', ...overrides), believing);
    expect(exitCode).toBe(0);
    const command = agent.seen[0]?.command ?? [];
    expect(command.slice(0, 6)).toEqual(['restore', id, '--database', 'shop', '--confirm', 'shop']);
    expect(command.slice(6).sort()).toEqual(['--swap', 'shop', ...overrides].sort());
    expect(command.join(' ')).toContain('--allow old --allow unproven');
  });
});

test.each([
  [['--to', 'postgres://h'], '--in-aws and --to'],
  [['--checks', 'checks.json'], 'Give its text: --checks "$(cat checks.json)"'],
  [['--hooks', 'hooks.json'], '--hooks names a file of this machine, which the task does not have'],
  [['--confirm', 'shop'], '--confirm has nothing to confirm'],
  [['--allow', 'no-end-line'], '--allow no-end-line means nothing for a recovery point'],
  [['--table', 'invoice', '--rows-missing-in', 'postgres://me@h/shop'], '--in-aws and --rows-missing-in'],
  [['--table', 'invoice', '--script', 'rows.sql'], '--in-aws and --script'],
  [['--installation', 'nobody'], 'There are no parameters /nobody/subnet-ids'],
  [['--target-major', '14'], `There is no task definition ${INSTALLATION}-restore-14`],
])('%j is refused before anything is started', async (more, told) => {
  agent.runs(() => Promise.resolve(0));
  const { exitCode, stderr } = await backstop(restoring(...more), env);
  expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringContaining(told) });
  expect(agent.seen).toEqual([]);
});
