import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { EXIT_CODES } from '../../lib/contract/failure';
import type { Examination } from '../../lib/operations/doctor/examination';
import { monthlyCost } from '../../lib/settings/cost';
import type { SettingsInput } from '../../lib/settings/schema';
import { defineSettings } from '../../lib/settings/settings';
import { backstop } from '../support/backstop-cli';
import { query, TEST_PASSWORD } from '../support/postgres-cluster';
import { emulatorEnvironment, freshDatabase, sharedMajors } from '../support/shared-servers';
import { freePort } from '../support/spawn';

const [MAJOR = 15] = sharedMajors();
/** `true` builds any image, as far as doctor can see. */
const ENVIRONMENT = {
  ...emulatorEnvironment(),
  AWS_REGION: 'eu-west-2',
  CDK_DOCKER: 'true',
  PGPASSWORD: TEST_PASSWORD,
};

beforeAll(async () => {
  Object.assign(process.env, ENVIRONMENT);
  const client = new SSMClient({});
  const parameter = { Name: '/cdk-bootstrap/hnb659fds/version', Value: '30', Overwrite: true };
  await client.send(new PutParameterCommand({ ...parameter, Type: 'String' }));
  client.destroy();
  const secrets = new SecretsManagerClient({});
  await secrets.send(new CreateSecretCommand({ Name: 'acme/shop', SecretString: TEST_PASSWORD }));
  secrets.destroy();
});

function settingsFile(databases: Readonly<Record<string, object>>, others: object = {}): string {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'doctor-')), 'settings.ts');
  const kept = Object.entries(databases).map(([name, database]) => [
    name,
    { keepDays: { daily: 30 }, ...database },
  ]);
  const settings = { name: 'acme', databases: Object.fromEntries(kept), ...others };
  writeFileSync(file, `export default ${JSON.stringify(settings)};`);
  return file;
}

function at(url: string, changes: object = {}, connection: object = {}) {
  const { hostname: host, port, pathname, username: user } = new URL(url);
  const reached = {
    host,
    port: Number(port),
    database: pathname.slice(1),
    user,
    password: { secret: 'acme/shop' },
  };
  return { connection: { ...reached, tls: { mode: 'disable' }, ...connection }, major: MAJOR, ...changes };
}

async function examined(file: string, environment: Readonly<Record<string, string>> = {}) {
  const { exitCode, stdout, stderr } = await backstop(['doctor', '--settings', file, '--json'], {
    ...ENVIRONMENT,
    ...environment,
  });
  const { examinations } = JSON.parse(stdout) as { readonly examinations: readonly Examination[] };
  const faults = examinations.filter(({ outcome }) => outcome === 'fault');
  return { exitCode, stderr, examinations, faults };
}

test('where warnings are all there is, it ends with 0', async () => {
  const { exitCode, faults, examinations } = await examined(
    settingsFile({ shop: at(await freshDatabase()) }),
  );
  expect(faults).toEqual([]);
  expect(examinations.map(({ area }) => area)).toEqual(
    expect.arrayContaining(['machine', 'account', 'database']),
  );
  expect(exitCode).toBe(0);
});

test('a fault of a database ends with 3, and every database is looked at', async () => {
  const gone = `postgres://backup@127.0.0.1:${await freePort()}/gone`;
  const { exitCode, faults, stderr } = await examined(
    settingsFile({ gone: at(gone), other: at(await freshDatabase(), { major: MAJOR + 1 }) }),
  );
  expect(faults.map(({ database, check }) => [database, check])).toEqual([
    ['gone', 'connection'],
    ['other', 'version'],
  ]);
  expect(stderr).toContain('2 faults were found.');
  expect(exitCode).toBe(EXIT_CODES['database-unreachable']);
});

test('a fault of machine or account alone ends with 2', async () => {
  const file = settingsFile(
    { account: { connection: 'elsewhere', drill: { when: 'never' } } },
    { account: '111122223333' },
  );
  const { exitCode, faults } = await examined(file);
  expect(faults.map(({ area, check }) => [area, check])).toEqual([['account', 'credentials']]);
  expect(exitCode).toBe(EXIT_CODES.usage);
});

test('databases that are backed up elsewhere, and not drilled, need no image and are not reached', async () => {
  const far = { connection: 'elsewhere', drill: { when: 'never' } };
  const { exitCode, examinations } = await examined(settingsFile({ far }), { CDK_DOCKER: 'false' });
  expect(examinations).toContainEqual(expect.objectContaining({ check: 'images', found: 'none is needed' }));
  expect(examinations).toContainEqual(
    expect.objectContaining({ database: 'far', check: 'connection', outcome: 'ok' }),
  );
  expect(exitCode).toBe(0);
});

test('costs follow from the sizes that were measured', async () => {
  const url = await freshDatabase();
  const [{ bytes } = {}] = await query(url, 'SELECT pg_database_size(current_database())::float8 AS bytes');
  const database = { ...at(url), keepDays: { daily: 30 } };
  const settings = (databaseGigabytes: number) =>
    defineSettings({
      name: 'acme',
      databases: { shop: { ...database, databaseGigabytes } },
    } as SettingsInput);
  const found = async (file: string) =>
    (await examined(file)).examinations.find(({ check }) => check === 'cost')?.found ?? '';
  const guessed = settingsFile({ shop: { ...database, databaseGigabytes: 50 } });
  const { totalUsd } = monthlyCost(settings(Number(bytes) / 1e9));
  expect(totalUsd.toFixed(2)).not.toBe(monthlyCost(settings(1)).totalUsd.toFixed(2));
  await expect(found(guessed)).resolves.toMatch(
    new RegExp(`^about ${totalUsd.toFixed(2)} USD a month, [^;]*$`),
  );
  await expect(found(settingsFile({ far: { connection: 'elsewhere' } }))).resolves.toContain(
    'size of far is assumed',
  );
});

test('a server of RDS is not reached without the certificates of RDS', async () => {
  const rds = { password: undefined, rdsIam: 'db-ABCDEFGHIJKL01234567890ABC', tls: { authorities: 'rds' } };
  const file = settingsFile({ shop: at(await freshDatabase(), {}, rds) });
  const { faults } = await examined(file);
  expect(faults).toEqual([
    expect.objectContaining({ check: 'connection', hint: expect.stringContaining('PGSSLROOTCERT') }),
  ]);
  const afterwards = await examined(file, { PGSSLROOTCERT: '/dev/null' });
  expect(afterwards.faults).toEqual([
    expect.objectContaining({ check: 'connection', found: expect.stringContaining('SSL') }),
  ]);
});

test('people get a table, and below it what to do', async () => {
  const file = settingsFile({ shop: at(await freshDatabase(), { major: MAJOR + 1 }) });
  const { stdout, stderr } = await backstop(['doctor', '--settings', file], ENVIRONMENT);
  expect(stdout).toMatch(/^FAULT +shop +version +the server is /m);
  expect(stdout).toContain(`  shop, version: Set major: ${MAJOR};`);
  expect(`${stdout}${stderr}`).not.toContain(TEST_PASSWORD);
});

test.each([
  ['a file that is not there', ['--settings', 'missing.ts'], /There is no settings file .*missing\.ts/],
  ['settings with faults', [], /The settings have 1 fault/],
])('%s ends with 2', async (_, args, message) => {
  const file = settingsFile({ shop: { connection: 'here' } });
  const { exitCode, stderr } = await backstop(
    ['doctor', ...(args.length > 0 ? args : ['--settings', file])],
    ENVIRONMENT,
  );
  expect(stderr).toMatch(message);
  expect(exitCode).toBe(EXIT_CODES.usage);
});

test('without a settings file the example is not looked at in its place', async () => {
  const { exitCode, stderr } = await backstop(['doctor'], ENVIRONMENT);
  expect(stderr).toContain('There is no backstop.config.ts here.');
  expect(exitCode).toBe(EXIT_CODES.usage);
});
