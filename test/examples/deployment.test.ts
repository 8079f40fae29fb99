/** Each example is synthesized, validated and deployed into the emulator by the real CDK CLI, as far as that goes. */
import { createPublicKey } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DescribeTaskDefinitionCommand, ECSClient } from '@aws-sdk/client-ecs';
import { KMSClient } from '@aws-sdk/client-kms';
import cleaning from '../../examples/cleaning';
import deltacrown from '../../examples/deltacrown';
import gameready from '../../examples/gameready';
import offsitePlan from '../../examples/offsite-plan';
import peakops from '../../examples/peakops';
import { keySha256 } from '../../lib/contract/envelope';
import { cronsOf } from '../../lib/contract/schedule';
import { eventBridgeCron } from '../../lib/contract/cron';
import {
  BACKUP_CONTAINER,
  backupTaskFamily,
  DRILL_CONTAINER,
  drillTaskFamily,
} from '../../lib/contract/names';
import type { BackedUpDatabase } from '../../lib/settings/database-schema';
import type { Settings } from '../../lib/settings/schema';
import { KmsSigner } from '../../lib/runtime/kms-signer';
import { bootstrap, deploy, storageIn, type Outputs } from '../support/deploy';
import { clientOptions, startEmulator, type Emulator } from '../support/emulator';
import { PREBUILT_DIGEST, withPrebuiltImages } from '../support/prebuilt-images';
import type { System } from './needs';

const EXAMPLES: readonly (readonly [System, Settings])[] = [
  ['gameready', gameready],
  ['offsite-plan', offsitePlan],
  ['cleaning', cleaning],
  ['peakops', peakops],
  ['deltacrown', deltacrown],
];

const folder = mkdtempSync(path.join(tmpdir(), 'examples-'));
let emulator: Emulator;
let ecs: ECSClient;
let kms: KMSClient;

beforeAll(async () => {
  emulator = await startEmulator();
  const client = clientOptions(emulator.endpoint);
  ecs = new ECSClient(client);
  kms = new KMSClient(client);
  await bootstrap(emulator.endpoint);
});

afterAll(async () => {
  ecs.destroy();
  kms.destroy();
  await emulator.stop();
  rmSync(folder, { recursive: true });
});

describe.each(EXAMPLES)('%s', (name, settings) => {
  const [database, { task, keepDays, schedule, drill }] = onlyDatabase(settings);
  const family = backupTaskFamily(settings.name, database);
  let outputs: Outputs;

  beforeAll(async () => {
    outputs = await deploy(emulator.endpoint, withPrebuiltImages(`examples/${name}.ts`, folder));
  });

  test('its storage, its tasks and its databases are deployed', () => {
    expect(storageIn(outputs).bucketName).toBe(`${settings.name}-postgres-123456789012-eu-central-1`);
    const address = outputs[`${settings.name}-compute`]?.['EgressAddress'];
    expect(address === undefined).toBe(settings.network.mode !== 'fixed-egress');
  });

  test('its outputs hold the public keys, by the name with which manifests call their signer', async () => {
    const { signingKeyArn, evidenceSigningKeyArn } = storageIn(outputs);
    const compute = outputs[`${settings.name}-compute`] ?? {};
    for (const [signed, arn] of [
      ['Manifest', signingKeyArn],
      ['Evidence', evidenceSigningKeyArn],
    ] as const) {
      const [pem = ''] = await new KmsSigner(arn, kms).trustedPublicKeys();
      const told = createPublicKey(compute[`${signed}PublicKey`] ?? '');
      expect(told.equals(createPublicKey(pem))).toBe(true);
      expect(compute[`${signed}PublicKeySha256`]).toBe(keySha256(told));
    }
  });

  test('its task runs the image with what the settings say, as an unprivileged user of a role of its own', async () => {
    const { taskDefinition } = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: family }));
    expect(taskDefinition).toMatchObject({
      family,
      cpu: String(task.cpu),
      memory: String(task.memoryMiB),
      ephemeralStorage: { sizeInGiB: task.ephemeralStorageGiB },
      runtimePlatform: { cpuArchitecture: 'ARM64', operatingSystemFamily: 'LINUX' },
      networkMode: 'awsvpc',
    });
    expect(taskDefinition?.taskRoleArn).not.toBe(taskDefinition?.executionRoleArn);
    const [container] = taskDefinition?.containerDefinitions ?? [];
    const environment = Object.fromEntries(
      (container?.environment ?? []).map(({ name, value }) => [name, value]),
    );
    expect(container).toMatchObject({
      name: BACKUP_CONTAINER,
      command: ['backup'],
      readonlyRootFilesystem: true,
    });
    expect(container?.image).toContain(PREBUILT_DIGEST);
    expect(environment).toMatchObject({
      BACKSTOP_DATABASE: database,
      BACKSTOP_STORE: `s3://${storageIn(outputs).bucketName}`,
      BACKSTOP_SIGNER: `kms:${storageIn(outputs).signingKeyArn}`,
      BACKSTOP_KEEP: Object.entries(keepDays)
        .map(([retentionClass, days]) => `${retentionClass}=${days}`)
        .join(','),
    });
  });

  test('its schedules start that very revision in the deployed subnets', async () => {
    const { taskDefinition } = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: family }));
    const schedules = await schedulesOf(settings.name, taskDefinition?.taskDefinitionArn);
    const expressions = cronsOf(schedule).map(({ cron, months }) => eventBridgeCron(cron, months));
    expect(schedules.map(({ ScheduleExpression }) => ScheduleExpression).sort()).toEqual(expressions.sort());
    for (const { Target, ...each } of schedules) {
      expect(each).toMatchObject({ ScheduleExpressionTimezone: schedule.timeZone, State: 'ENABLED' });
      const { Subnets } = Target.EcsParameters.NetworkConfiguration.AwsvpcConfiguration;
      expect(Subnets.length).toBeGreaterThan(1);
      expect(Subnets.filter((subnet) => !/^subnet-[0-9a-f]+$/.test(subnet))).toEqual([]);
    }
  });

  test('its drills run in a task of the size and with the checks that the settings say, at the times that they say', async () => {
    const { taskDefinition } = await ecs.send(
      new DescribeTaskDefinitionCommand({ taskDefinition: drillTaskFamily(settings.name, database) }),
    );
    expect(taskDefinition).toMatchObject({
      cpu: String(drill.task.cpu),
      memory: String(drill.task.memoryMiB),
      ephemeralStorage: { sizeInGiB: drill.task.ephemeralStorageGiB },
    });
    const [container] = taskDefinition?.containerDefinitions ?? [];
    expect(container).toMatchObject({
      name: DRILL_CONTAINER,
      command: ['drill', 'newest'],
      readonlyRootFilesystem: true,
    });
    const checks = container?.environment?.find((each) => each.name === 'BACKSTOP_DRILL_CHECKS');
    expect(JSON.parse(checks?.value ?? '')).toEqual(drill.checks);
    const schedules = await schedulesOf(settings.name, taskDefinition?.taskDefinitionArn);
    const { when } = drill;
    const times = typeof when === 'string' ? [] : [eventBridgeCron(when.cron)];
    expect(schedules.map(({ ScheduleExpression }) => ScheduleExpression)).toEqual(times);
  });
});

test('what the emulator leaves out of a deployment is known, and asserted on templates', async () => {
  const stacks = ['storage', 'compute', 'databases-1'].map((part) => `gameready-${part}`);
  const leftOut = await Promise.all(
    stacks.map(async (stack) => {
      const made = typesIn(await askCloudFormation('ListStackResources', stack));
      return typesIn(await askCloudFormation('GetTemplate', stack)).filter((type) => !made.includes(type));
    }),
  );
  expect([...new Set(leftOut.flat())].sort()).toEqual([
    'AWS::CDK::Metadata',
    'AWS::Lambda::EventInvokeConfig',
    'AWS::SNS::TopicPolicy',
    'AWS::SQS::QueuePolicy',
  ]);
});

function onlyDatabase({ name, databases }: Settings): [name: string, settings: BackedUpDatabase] {
  const [database] = Object.entries(databases);
  if (database === undefined) throw new Error(`${name} has no database`);
  return database;
}

interface Schedule {
  readonly ScheduleExpression: string;
  readonly ScheduleExpressionTimezone: string;
  readonly State: string;
  readonly Target: {
    readonly EcsParameters: {
      readonly TaskDefinitionArn: string;
      readonly NetworkConfiguration: {
        readonly AwsvpcConfiguration: { readonly Subnets: readonly string[] };
      };
    };
  };
}

/** Those that start this very revision of a task. */
async function schedulesOf(group: string, taskDefinitionArn: string | undefined): Promise<Schedule[]> {
  const { Schedules } = await askScheduler<{ Schedules: { Name: string }[] }>(`?ScheduleGroup=${group}`);
  const all = await Promise.all(
    Schedules.map(({ Name }) => askScheduler<Schedule>(`/${Name}?groupName=${group}`)),
  );
  return all.filter(({ Target }) => Target.EcsParameters.TaskDefinitionArn === taskDefinitionArn);
}

async function askScheduler<Answer>(what: string): Promise<Answer> {
  return (await (await ask('scheduler', `/schedules${what}`)).json()) as Answer;
}

async function askCloudFormation(action: string, stack: string): Promise<string> {
  return (await ask('cloudformation', `/?Action=${action}&StackName=${stack}&Version=2010-05-15`)).text();
}

/** The emulator tells services apart by the scope of the signature, which it does not check. */
function ask(service: string, what: string): Promise<Response> {
  const scope = `testing/20260101/eu-central-1/${service}/aws4_request`;
  const headers = { Authorization: `AWS4-HMAC-SHA256 Credential=${scope}` };
  return fetch(`${emulator.endpoint}${what}`, { headers });
}

function typesIn(text: string): string[] {
  return text.match(/AWS::[A-Z]\w+::\w+\b(?!::)/g) ?? [];
}
