import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { BackupTask } from '../../lib/constructs/backup-task';
import { isReached } from '../../lib/constructs/backup-environment';
import { StorageAccess } from '../../lib/constructs/storage-access';
import type { SettingsInput } from '../../lib/settings/schema';
import { defineSettings } from '../../lib/settings/settings';
import { connectionTarget } from '../../lib/postgres/connection';
import { newApp, type Statement } from '../support/synthesize';

type DatabaseInput = SettingsInput['databases'][string];

const DATABASE = {
  connection: {
    host: 'db.example.com',
    database: 'shop',
    user: 'backstop',
    password: { secret: 'acme/shop' },
  },
  keepDays: { daily: 30, weekly: 120 },
} as const satisfies DatabaseInput;

const DIGEST = `sha256:${'0'.repeat(64)}`;
const ECR = '111122223333.dkr.ecr.eu-central-1.amazonaws.com';

function made(changes: Partial<DatabaseInput> = {}, image = `${ECR}/backstop@${DIGEST}`): BackupTask {
  const settings = defineSettings({
    name: 'acme',
    compute: { images: { '17': image }, drillImages: { '17': image }, architecture: 'arm64' },
    databases: { shop: { ...DATABASE, ...changes } },
  });
  const database = settings.databases['shop']!;
  if (!isReached(database)) throw new Error('no connection');
  const stack = new Stack(newApp(), 'test');
  return new BackupTask(stack, 'Backup', {
    installation: 'acme',
    database: 'shop',
    settings: database,
    compute: settings.compute,
    storage: new StorageAccess(stack, 'acme'),
  });
}

function synthesized(...args: Parameters<typeof made>) {
  const template = Template.fromStack(Stack.of(made(...args)));
  const [definition] = Object.values(template.findResources('AWS::ECS::TaskDefinition'));
  const task = definition!['Properties'];
  const container = task.ContainerDefinitions[0] as Record<string, unknown>;
  const environment = Object.fromEntries(
    (container['Environment'] as { Name: string; Value: unknown }[]).map(({ Name, Value }) => [Name, Value]),
  );
  return { template, task, container, environment };
}

/** Statements of the role's policies, by the part of its logical id. */
function statementsOf(template: Template, role: 'TaskRole' | 'ExecutionRole'): Statement[] {
  return Object.entries(template.findResources('AWS::IAM::Policy'))
    .filter(([id]) => id.includes(`${role}DefaultPolicy`))
    .flatMap(([, policy]) => policy['Properties'].PolicyDocument.Statement as Statement[]);
}

describe('the task', () => {
  const { task, container, template } = synthesized();

  test('runs on Fargate under the name by which the monitor tells it, in the size of the settings', () => {
    expect(task).toMatchObject({
      Family: 'acme-backup-shop',
      RequiresCompatibilities: ['FARGATE'],
      Cpu: '1024',
      Memory: '2048',
      EphemeralStorage: { SizeInGiB: 21 },
      RuntimePlatform: { CpuArchitecture: 'ARM64', OperatingSystemFamily: 'LINUX' },
    });
  });

  test('may take all memory of its task, and sees no more', () => {
    expect(container['Memory']).toBe(2048);
  });

  test('is one container, without privileges, that can write nothing but its scratch folders', () => {
    expect(task.ContainerDefinitions).toHaveLength(1);
    expect(container).toMatchObject({
      Name: 'backup',
      Command: ['backup'],
      User: '10001:10001',
      ReadonlyRootFilesystem: true,
      MountPoints: [
        { ContainerPath: '/scratch', SourceVolume: 'scratch', ReadOnly: false },
        { ContainerPath: '/tmp', SourceVolume: 'temporary', ReadOnly: false },
      ],
    });
    expect(task.Volumes).toEqual([{ Name: 'scratch' }, { Name: 'temporary' }]);
    expect(container['Privileged']).toBeUndefined();
  });

  test('has Fargate’s longest time to end its dump when it is stopped', () => {
    expect(container['StopTimeout']).toBe(120);
  });

  test('loses no line of its log, which is its own and stays', () => {
    const [[log]] = Object.entries(template.findResources('AWS::Logs::LogGroup')) as [[string, unknown]];
    expect(container['LogConfiguration']).toMatchObject({
      LogDriver: 'awslogs',
      Options: { 'awslogs-group': { Ref: log }, mode: 'blocking' },
    });
    template.hasResource('AWS::Logs::LogGroup', {
      DeletionPolicy: 'RetainExceptOnCreate',
      Properties: { RetentionInDays: 400 },
    });
  });

  test('can be assumed by tasks of this account only', () => {
    template.hasResourceProperties('AWS::IAM::Role', {
      Description: 'Task acme-backup-shop',
      AssumeRolePolicyDocument: {
        Statement: [
          Match.objectLike({
            Condition: Match.objectLike({ StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } }),
          }),
        ],
      },
    });
  });
});

describe('the environment', () => {
  test('says what the settings say, and no password', () => {
    const { environment } = synthesized({
      dump: {
        format: 'directory',
        jobs: 4,
        compression: 'zstd:9',
        excludeTableData: ['public.session*', 'log.*'],
      },
      storage: { weekly: { class: 'STANDARD_IA' }, daily: { class: 'GLACIER_IR', afterDays: 0 } },
      keepDays: { daily: 100, weekly: 120 },
    });
    expect(environment).toMatchObject({
      BACKSTOP_DATABASE: 'shop',
      BACKSTOP_FORMAT: 'directory',
      BACKSTOP_JOBS: '4',
      BACKSTOP_COMPRESSION: 'zstd:9',
      BACKSTOP_EXCLUDE_TABLE_DATA: 'public.session*,log.*',
      BACKSTOP_KEEP: 'daily=100,weekly=120',
      BACKSTOP_STORAGE_CLASSES: 'weekly=STANDARD_IA,daily=GLACIER_IR',
      BACKSTOP_INVENTORY: 'rows',
      BACKSTOP_AUTH: 'password',
      BACKSTOP_SCRATCH: '/scratch',
      BACKSTOP_IMAGE_DIGEST: DIGEST,
    });
  });

  test('leaves to the program what the settings leave open, and storage classes to lifecycle that come later', () => {
    const { environment } = synthesized({ storage: { weekly: { class: 'STANDARD_IA', afterDays: 60 } } });
    for (const name of ['FORMAT', 'COMPRESSION', 'EXCLUDE_TABLE_DATA', 'STORAGE_CLASSES', 'SLOT', 'REASON'])
      expect(environment).not.toHaveProperty(`BACKSTOP_${name}`);
  });

  test('names bucket and key of the installation', () => {
    const { environment } = synthesized();
    expect(JSON.stringify(environment['BACKSTOP_STORE'])).toContain('s3://acme-postgres-');
    expect(JSON.stringify(environment['BACKSTOP_SIGNER'])).toMatch(
      /"kms:",\{"Ref":"SsmParameterValueacmemanifestsigning/,
    );
  });

  test.each([
    [{ host: 'db.example.com', user: 'backup@ops%41', database: 'shop/2 %', port: 6543 }],
    [{ host: '10.0.0.7', user: 'Ärger', database: 'a#b?c', port: 5432 }],
  ])('the program reads from the URL what the settings say: %j', (place) => {
    const { environment } = synthesized({ connection: { ...DATABASE.connection, ...place } });
    expect(connectionTarget(String(environment['BACKSTOP_FROM']), { PGPASSWORD: 'secret' })).toMatchObject({
      ...place,
      password: 'secret',
      sslMode: 'verify-full',
      sslRootCert: 'system',
    });
  });
});

describe('the password', () => {
  test('is read by ECS at the start, from the one secret: whole, or a field of its JSON', () => {
    const complete = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:acme/shop-AbCdEf';
    const { container, template } = synthesized({
      connection: { ...DATABASE.connection, password: { secret: complete, field: 'password' } },
    });
    expect(container['Secrets']).toEqual([{ Name: 'PGPASSWORD', ValueFrom: `${complete}:password::` }]);
    const reading = statementsOf(template, 'ExecutionRole').filter(({ Action }) =>
      [Action].flat().includes('secretsmanager:GetSecretValue'),
    );
    expect(reading.map(({ Resource }) => Resource)).toEqual([complete]);
    expect(JSON.stringify(statementsOf(template, 'TaskRole'))).not.toContain('secretsmanager');
  });

  test('a secret by its name is allowed with the six characters that follow it, and no more', () => {
    const { template } = synthesized();
    const resources = statementsOf(template, 'ExecutionRole').map(({ Resource }) => JSON.stringify(Resource));
    expect(resources.filter((resource) => resource.includes(':secret:acme/shop-??????"'))).toHaveLength(1);
  });
});

describe('RDS IAM authentication', () => {
  const rdsIam = 'db-ABCDEFGHIJKL01234567890ABC';
  const { host, database, user } = DATABASE.connection;
  const { template, environment, container } = synthesized({
    connection: { host, database, user, rdsIam, tls: { authorities: 'rds' } },
  });

  test('needs no secret, and trusts the authorities of RDS', () => {
    expect(container['Secrets']).toBeUndefined();
    expect(environment['BACKSTOP_AUTH']).toBe('rds-iam');
    expect(environment['BACKSTOP_FROM']).toContain('sslrootcert=%2Fetc%2Fbackstop%2Fauthorities.pem');
  });

  test('lets the task connect to this resource as this user, and to no other', () => {
    const connecting = statementsOf(template, 'TaskRole').filter(({ Action }) => Action === 'rds-db:connect');
    expect(connecting).toHaveLength(1);
    const resource = JSON.stringify(connecting[0]?.Resource);
    expect(resource).toContain(`:dbuser:${rdsIam}/backstop"`);
    expect(resource).not.toContain('*');
  });

  test('a password gives no such leave', () => {
    expect(JSON.stringify(statementsOf(synthesized().template, 'TaskRole'))).not.toContain('rds-db');
  });
});

test('the start may pull the one image and write the one log: ECR’s log-in alone knows no resource', () => {
  const statements = statementsOf(synthesized().template, 'ExecutionRole');
  const everywhere = statements.filter(({ Resource }) => Resource === '*');
  expect(everywhere.map(({ Action }) => Action)).toEqual(['ecr:GetAuthorizationToken']);
  expect(JSON.stringify(statements)).toContain(':ecr:eu-central-1:111122223333:repository/backstop');
});

test('an image of ECR is named by its digest', () => {
  const { container } = synthesized();
  const image = JSON.stringify(container['Image']);
  expect(image).toContain('111122223333.dkr.ecr.eu-central-1.');
  expect(image).toContain(`/backstop@${DIGEST}`);
});

test('an image of another registry needs no leave to pull', () => {
  const { template, container } = synthesized({}, `ghcr.io/acme/backstop@${DIGEST}`);
  expect(container['Image']).toBe(`ghcr.io/acme/backstop@${DIGEST}`);
  expect(JSON.stringify(statementsOf(template, 'ExecutionRole'))).not.toContain('ecr:');
});

/** Without a synth, which prints them. */
const warningsOf = ({ node }: BackupTask) =>
  node.metadata.filter(({ type }) => type === 'aws:cdk:warning').map(({ data }) => data as string);

test.each(['verify-ca', 'require', 'disable'] as const)('TLS of mode %s warns at synth', (mode) => {
  const warnings = warningsOf(made({ connection: { ...DATABASE.connection, tls: { mode } } }));
  expect(warnings).toEqual([
    expect.stringContaining(`databases.shop.connection.tls.mode is ${mode}: somebody on the way could read`),
  ]);
});

test('verify-full, the default, warns of nothing', () => {
  expect(warningsOf(made())).toEqual([]);
});
