/** What the steps of a rehearsal share: the servers, the deployed storage, an operator and an intruder. */
import { type DeployedStorage, deployStorage } from '../support/deploy';
import { startEmulator, type Emulator } from '../support/emulator';
import { startCluster, TEST_PASSWORD, type Cluster } from '../support/postgres-cluster';
import { emulatorEnvironment } from '../support/shared-servers';
import { Intruder } from './intruder';
import { Operator } from './operator';
import type { Report } from './report';
import type { Stage } from './stage';

/** As the settings file names it. */
export const DATABASE = 'app';
const SETTINGS = 'examples/minimal.ts';

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
  readonly intruder: Intruder;
  /** `postgres://user@host:port`, without the password. */
  readonly server: string;
}

export async function startServers(stage: Stage, major: number): Promise<Servers> {
  const starting = startCluster(major, THROW_AWAY);
  const stopping = starting.then((cluster) => ({ stop: () => cluster.kill() }));
  const [emulator, cluster] = await Promise.all([stage.use(startEmulator()), starting, stage.use(stopping)]);
  return { emulator, cluster };
}

export async function setScene({ cluster, emulator }: Servers, stage: Stage, report: Report): Promise<Scene> {
  report.command(`npx cdk bootstrap && npx cdk deploy --all -c settings=${SETTINGS}`);
  const storage = await deployStorage(emulator.endpoint, SETTINGS);
  for (const [name, value] of Object.entries(storage)) report.output(`${name} = ${value}`);
  const environment = {
    ...emulatorEnvironment(emulator.endpoint),
    BACKSTOP_STORE: `s3://${storage.bucketName}`,
    BACKSTOP_SIGNER: `kms:${storage.signingKeyArn}`,
    BACKSTOP_SCRATCH: stage.makeFolder('scratch'),
    PGPASSWORD: TEST_PASSWORD,
  };
  const operator = await stage.use(new Operator(environment, report));
  operator.sayEnvironment();
  const intruder = await stage.use(new Intruder(environment, storage.bucketName, report));
  const server = `postgres://backstop@127.0.0.1:${cluster.port}`;
  return { cluster, emulator, storage, operator, intruder, server };
}
