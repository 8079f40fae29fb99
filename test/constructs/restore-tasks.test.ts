import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { RestoreTasks } from '../../lib/constructs/restore-tasks';
import { StorageAccess } from '../../lib/constructs/storage-access';
import type { SettingsInput } from '../../lib/settings/schema';
import { defineSettings } from '../../lib/settings/settings';
import { newApp, type Statement } from '../support/synthesize';

type DatabaseInput = SettingsInput['databases'][string];

const PLACEMENT = {
  subnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
  securityGroupIds: ['sg-0123456789abcdef0'],
  assignPublicIp: true,
};

const connection = (authorities = 'system') => ({
  host: 'db.example.com',
  database: 'shop',
  user: 'backstop',
  password: { secret: 'acme/shop' },
  tls: { authorities },
});

const IMAGE = `ghcr.io/acme/backstop@sha256:${'0'.repeat(64)}`;
const IMAGES = { '15': IMAGE, '17': IMAGE };

interface Variant {
  readonly assignPublicIp?: boolean;
  /** Instead of images that are there already: takes its time, because the build's files are copied. */
  readonly built?: boolean;
}

function synthesized(databases: Record<string, Omit<DatabaseInput, 'keepDays'>>, variant: Variant = {}) {
  const { assignPublicIp = true, built = false } = variant;
  const settings = defineSettings({
    name: 'acme',
    compute: built ? {} : { images: IMAGES, drillImages: IMAGES },
    databases: Object.fromEntries(
      Object.entries(databases).map(([name, database]) => [name, { ...database, keepDays: { daily: 30 } }]),
    ),
  });
  const stack = new Stack(newApp(), 'test', { env: { account: '111122223333', region: 'eu-central-1' } });
  new RestoreTasks(stack, 'Restore', {
    settings,
    storage: new StorageAccess(stack, 'acme'),
    placement: { ...PLACEMENT, assignPublicIp },
  });
  const template = Template.fromStack(stack);
  const definitions = Object.values(template.findResources('AWS::ECS::TaskDefinition')).map(
    ({ Properties }) => Properties as Record<string, unknown>,
  );
  return { template, definitions };
}

const SHOP = { shop: { connection: connection() } };

const containerOf = (definition: Record<string, unknown> | undefined) =>
  (definition?.['ContainerDefinitions'] as Record<string, unknown>[])[0];

const commandOf = (template: Template, major: number) =>
  template.findOutputs(`RestoreCommand${major}`)[`RestoreCommand${major}`]!['Value'] as string;

test('there is a task for each major version in use, because the client programs must have the target’s', () => {
  const { definitions } = synthesized({
    ...SHOP,
    web: { connection: connection(), major: 15 },
    crm: { connection: connection(), major: 15 },
    laptop: { connection: 'elsewhere', major: 18 },
  });
  expect(definitions.map(({ Family }) => Family)).toEqual(['acme-restore-15', 'acme-restore-17']);
});

test('without a database that tasks reach there is neither task nor secret', () => {
  const { template, definitions } = synthesized({ laptop: { connection: 'elsewhere' } });
  expect(definitions).toEqual([]);
  template.resourceCountIs('AWS::SecretsManager::Secret', 0);
});

test('it has the disk that a whole point needs, an unprivileged user and a root that cannot be written', () => {
  const [definition] = synthesized(SHOP).definitions;
  expect(definition).toMatchObject({ EphemeralStorage: { SizeInGiB: 200 }, Cpu: '4096', Memory: '8192' });
  expect(containerOf(definition)).toMatchObject({
    Name: 'restore',
    User: '10001:10001',
    ReadonlyRootFilesystem: true,
    StopTimeout: 120,
  });
});

test('started without a word it explains itself and restores nothing', () => {
  expect(containerOf(synthesized(SHOP).definitions[0])?.['Command']).toEqual(['restore', '--help']);
});

test('where to restore to is a secret that is there beforehand, for the operator to fill in', () => {
  const { template, definitions } = synthesized(SHOP);
  const [[id, secret]] = Object.entries(template.findResources('AWS::SecretsManager::Secret')) as [
    [string, Record<string, unknown>],
  ];
  expect(secret).toMatchObject({
    Properties: { Name: 'acme/restore-target', GenerateSecretString: { GenerateStringKey: 'password' } },
  });
  const field = (name: string) => ({ 'Fn::Join': ['', [{ Ref: id }, `:${name}::`]] });
  expect(containerOf(definitions[0])?.['Secrets']).toEqual([
    { Name: 'BACKSTOP_TO', ValueFrom: field('url') },
    { Name: 'PGPASSWORD', ValueFrom: field('password') },
  ]);
});

test('it knows whose manifests and whose evidence are believed, so that it can tell whether a point is proven', () => {
  const environment = containerOf(synthesized(SHOP).definitions[0])?.['Environment'] as {
    Name: string;
    Value: unknown;
  }[];
  const keyOf = (name: string) => JSON.stringify(environment.find(({ Name }) => Name === name)?.Value);
  expect(keyOf('BACKSTOP_SIGNER')).toMatch(/"kms:".*manifestsigning/);
  expect(keyOf('BACKSTOP_EVIDENCE_SIGNER')).toMatch(/"kms:".*evidencesigning/);
});

test('its role reads points, and neither creates, tags, locks nor signs one', () => {
  const { template } = synthesized(SHOP);
  const statements = Object.entries(template.findResources('AWS::IAM::Policy'))
    .filter(([id]) => id.includes('TaskRole'))
    .flatMap(([, policy]) => policy['Properties'].PolicyDocument.Statement as Statement[]);
  const actions = statements.flatMap(({ Action }) => Action);
  expect(actions).toEqual(expect.arrayContaining(['s3:GetObjectVersion', 's3:RestoreObject']));
  expect(actions.filter((action) => /Sign$|PutObject.|Delete|secretsmanager|ecs:|iam:/.test(action))).toEqual(
    [],
  );
  const creating = statements.filter(({ Action }) => [Action].flat().includes('s3:PutObject'));
  expect(JSON.stringify(creating.map(({ Resource }) => Resource))).toContain('/audit/restore/*');
  expect(JSON.stringify(creating.map(({ Resource }) => Resource))).not.toContain('/points/');
});

test('nothing starts it but a person: no schedule, no rule, no role that may run it', () => {
  const { template } = synthesized(SHOP);
  template.resourceCountIs('AWS::Scheduler::Schedule', 0);
  template.resourceCountIs('AWS::Events::Rule', 0);
  expect(JSON.stringify(template.toJSON())).not.toContain('ecs:RunTask');
});

describe('the command that is printed', () => {
  const command = commandOf(synthesized(SHOP).template, 17);

  test('names region, cluster, task and network, so that it can be copied', () => {
    expect(command).toMatch(
      /^aws ecs run-task --region eu-central-1 --cluster acme --launch-type FARGATE --task-definition acme-restore-17 /,
    );
    expect(command).toContain(
      "--network-configuration 'awsvpcConfiguration={subnets=[subnet-0123456789abcdef0,subnet-0123456789abcdef1]," +
        "securityGroups=[sg-0123456789abcdef0],assignPublicIp=ENABLED}'",
    );
  });

  test('overrides the container that exists, in the words of the program', () => {
    const overrides = JSON.parse(/--overrides '(.*)'$/.exec(command)?.[1] ?? '') as unknown;
    expect(overrides).toEqual({
      containerOverrides: [
        {
          name: 'restore',
          command: ['restore', 'newest'],
          environment: [
            { name: 'BACKSTOP_DATABASE', value: 'DATABASE' },
            { name: 'BACKSTOP_TARGET_DATABASE', value: 'NEW_DATABASE' },
          ],
        },
      ],
    });
  });

  test('gives no address where the subnets are private', () => {
    expect(commandOf(synthesized(SHOP, { assignPublicIp: false }).template, 17)).toContain(
      'assignPublicIp=DISABLED',
    );
  });
});

test('it trusts what the databases of its major version need beyond the system', () => {
  const imageFor = (databases: Parameters<typeof synthesized>[0]) =>
    containerOf(synthesized(databases, { built: true }).definitions[0])?.['Image'];
  const rds = { rds: { connection: connection('rds') } };
  const render = { render: { connection: connection() } };
  expect(imageFor({ ...rds, ...render })).toEqual(imageFor(rds));
  expect(imageFor({ ...rds, ...render })).not.toEqual(imageFor(render));
});
