/** The servers that all tests share: one PostgreSQL per major and one AWS emulator, started once per jest run. */
import { randomBytes } from 'node:crypto';
import { query } from './postgres-cluster';
import { dropSpent, remember } from './spent-databases';

export interface SharedServers {
  /** URL of the maintenance database by major, for example `{"15": "postgres://…"}`. */
  readonly postgres: Readonly<Record<string, string>>;
  /** `http://127.0.0.1:PORT`; answers S3, KMS, CloudFormation and more. */
  readonly emulator: string;
}

const NAME = 'BACKSTOP_TEST_SERVERS';

export function publishSharedServers(servers: SharedServers): void {
  process.env[NAME] = JSON.stringify(servers);
}

export function sharedServers(): SharedServers {
  const text = process.env[NAME];
  if (text === undefined) throw new Error('global-setup did not run');
  return JSON.parse(text) as SharedServers;
}

/** Majors whose servers run: 15 and 17 where bin/setup could get both. */
export function sharedMajors(): number[] {
  return Object.keys(sharedServers().postgres).map(Number);
}

/** An empty database of its own on the shared server. */
export async function freshDatabase(
  major = sharedMajors()[0],
  name = `db_${randomBytes(5).toString('hex')}`,
): Promise<string> {
  const maintenance = sharedServers().postgres[String(major)];
  if (maintenance === undefined) throw new Error(`No shared PostgreSQL ${major}`);
  await dropSpent();
  await query(maintenance, `CREATE DATABASE "${name}" TEMPLATE template0`);
  const url = new URL(maintenance);
  url.pathname = `/${name}`;
  remember(url.toString());
  return url.toString();
}

/** Environment under which the AWS SDK talks to the emulator. */
export function emulatorEnvironment(endpoint = sharedServers().emulator): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'testing',
    AWS_SECRET_ACCESS_KEY: 'testing',
  };
}
