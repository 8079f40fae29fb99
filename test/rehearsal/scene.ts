/** What the steps of a rehearsal share: the servers, the deployed storage, an operator and an intruder. */
import {
  CreateSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { namesOf } from '../../lib/contract/names';
import { bootstrap, deploy, storageIn, type DeployedStorage, type Outputs } from '../support/deploy';
import { clientOptions, startEmulator, type Emulator } from '../support/emulator';
import { startCluster, TEST_PASSWORD, type Cluster } from '../support/postgres-cluster';
import { withPrebuiltImages } from '../support/prebuilt-images';
import { emulatorEnvironment } from '../support/shared-servers';
import { Fargate } from './fargate';
import { Intruder } from './intruder';
import { Operator } from './operator';
import type { Report } from './report';
import type { Stage } from './stage';

/** As the settings file names it. */
export const DATABASE = 'shop';
/** Another one of the same server. */
export const OTHER_DATABASE = 'billing';
/** Of the installation, in the same file. */
export const INSTALLATION = 'acme';
const SETTINGS = 'test/rehearsal/acme.ts';
const SECRET = 'acme/postgres';

/** For a server whose data nobody needs tomorrow, and whose only load is this one. */
const THROW_AWAY = [
  'wal_level=minimal',
  'max_wal_senders=0',
  'max_wal_size=16GB',
  'checkpoint_timeout=1h',
  'autovacuum=off',
  'maintenance_work_mem=256MB',
];

export interface Servers {
  readonly cluster: Cluster;
  readonly emulator: Emulator;
}

export interface Scene extends Servers {
  readonly storage: DeployedStorage;
  readonly operator: Operator;
  /** What the operator has set in the shell. */
  readonly environment: Readonly<Record<string, string>>;
  readonly fargate: Fargate;
  readonly intruder: Intruder;
  /** `postgres://user@host:port`, without the password. */
  readonly server: string;
  /** As the deployment printed it. */
  readonly restoreCommand: string;
  /** PEM, as the deployment printed it: of the key that signs evidence. */
  readonly evidencePublicKey: string;
}

export async function startServers(stage: Stage, major: number): Promise<Servers> {
  const starting = startCluster(major, THROW_AWAY);
  const stopping = starting.then((cluster) => ({ stop: () => cluster.kill() }));
  const [emulator, cluster] = await Promise.all([stage.use(startEmulator()), starting, stage.use(stopping)]);
  return { emulator, cluster };
}

export async function setScene(servers: Servers, stage: Stage, report: Report): Promise<Scene> {
  const { cluster, emulator } = servers;
  await storePassword(emulator, report);
  const outputs = await deployAll(servers, stage, report);
  const storage = storageIn(outputs);
  const aws = emulatorEnvironment(emulator.endpoint);
  // As root, the server of a drill runs under another account, which has to pass through.
  const scratch = { BACKSTOP_SCRATCH: stage.makeFolder('scratch', 0o711) };
  const environment = {
    ...aws,
    BACKSTOP_STORE: `s3://${storage.bucketName}`,
    BACKSTOP_SIGNER: `kms:${storage.signingKeyArn}`,
    BACKSTOP_EVIDENCE_SIGNER: `kms:${storage.evidenceSigningKeyArn}`,
    ...scratch,
    PGPASSWORD: TEST_PASSWORD,
  };
  const operator = await stage.use(new Operator(environment, report));
  operator.sayEnvironment();
  const place = {
    cluster: namesOf(INSTALLATION).cluster,
    endpoint: emulator.endpoint,
    folder: stage.makeFolder('image'),
    environment: { ...scratch, BACKSTOP_POSTGRES_BIN: cluster.binDirectory },
  };
  const fargate = await stage.use(Fargate.withProgram(place, report));
  const intruder = await stage.use(new Intruder(environment, storage.bucketName, report));
  const server = `postgres://backstop@127.0.0.1:${cluster.port}`;
  const told = outputs[`${INSTALLATION}-compute`] ?? {};
  const restoreCommand = told[`RestoreCommand${cluster.major}`] ?? '';
  const evidencePublicKey = told['EvidencePublicKey'] ?? '';
  const found = { server, restoreCommand, evidencePublicKey };
  return { cluster, emulator, storage, operator, environment, fargate, intruder, ...found };
}

async function storePassword({ endpoint }: Emulator, report: Report): Promise<void> {
  report.command(`aws secretsmanager create-secret --name ${SECRET} --secret-string file://password`);
  const client = new SecretsManagerClient(clientOptions(endpoint));
  await client.send(new CreateSecretCommand({ Name: SECRET, SecretString: TEST_PASSWORD }));
  client.destroy();
}

/** Fills in where to restore to, as an operator does in an emergency. */
export async function nameRestoreTarget({ emulator, server }: Scene, report: Report): Promise<void> {
  const name = namesOf(INSTALLATION).restoreTargetSecret;
  report.command(`aws secretsmanager put-secret-value --secret-id ${name} --secret-string file://target`);
  const target = { url: `${server}?sslmode=disable`, password: TEST_PASSWORD };
  const client = new SecretsManagerClient(clientOptions(emulator.endpoint));
  await client.send(new PutSecretValueCommand({ SecretId: name, SecretString: JSON.stringify(target) }));
  client.destroy();
}

async function deployAll({ cluster, emulator }: Servers, stage: Stage, report: Report): Promise<Outputs> {
  report.command(`npx cdk bootstrap && npx cdk deploy --all -c settings=${SETTINGS}`);
  const databases = [DATABASE, OTHER_DATABASE].map((name) => {
    const connection = {
      ...{ host: '127.0.0.1', port: cluster.port, database: name, user: 'backstop' },
      ...{ password: { secret: SECRET }, tls: { mode: 'disable' } },
    };
    return `${name}: { ...original.databases.${name}, connection: ${JSON.stringify(connection)}, major: ${cluster.major} }`;
  });
  const changes = `{ databases: { ${databases.join(', ')} } }`;
  const settings = withPrebuiltImages(SETTINGS, stage.makeFolder('settings'), changes);
  await bootstrap(emulator.endpoint);
  const outputs = await deploy(emulator.endpoint, settings);
  for (const [stack, values] of Object.entries(outputs))
    for (const [name, value] of Object.entries(values)) report.output(`${stack}.${name} = ${value}`);
  return outputs;
}
