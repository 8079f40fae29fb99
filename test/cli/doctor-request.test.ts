import { doctorRequest } from '../../lib/cli/doctor-request';
import { defineSettings } from '../../lib/settings/settings';

const HOST = { host: 'db.example.com', database: 'shop', user: 'backup' };

function targetOf(changes: object, environment: Readonly<Record<string, string>> = {}) {
  const connection = { ...HOST, password: { secret: 'acme/shop' }, ...changes };
  const settings = defineSettings({
    name: 'acme',
    databases: { shop: { connection, keepDays: { daily: 30 } } },
  });
  const [database] = doctorRequest(settings, environment).databases;
  return database !== undefined && 'target' in database ? database.target : undefined;
}

test('the password is that of the environment, or of its passfile', () => {
  expect(targetOf({}, { PGPASSWORD: 'only-here' })).toMatchObject({
    ...HOST,
    port: 5432,
    password: 'only-here',
  });
  expect(targetOf({}, { PGPASSFILE: 'passwords' })).toMatchObject({
    passfile: 'passwords',
    password: undefined,
  });
});

test('a newline that an editor left after the password is not part of it, as in the tasks', () => {
  expect(targetOf({}, { PGPASSWORD: 'only-here\n' })?.password).toBe('only-here');
});

test('TLS is as the settings say, whatever the environment does', () => {
  expect(targetOf({}, { PGSSLMODE: 'disable' })).toMatchObject({
    sslMode: 'verify-full',
    sslRootCert: undefined,
  });
  expect(targetOf({ tls: { mode: 'require' } })).toMatchObject({ sslMode: 'require' });
});

test.each([
  ['system', {}, undefined],
  ['system', { PGSSLROOTCERT: 'rds.pem' }, undefined],
  ['certificates/own.pem', {}, 'certificates/own.pem'],
  ['rds', { PGSSLROOTCERT: 'rds.pem' }, 'rds.pem'],
])('the authorities %s with %j are those of %s', (authorities, environment, file) => {
  expect(targetOf({ tls: { authorities } }, environment)?.sslRootCert).toBe(file);
});

test('IAM authentication makes a token for each session, and takes no password of the environment', () => {
  const connection = { password: undefined, rdsIam: 'db-ABCDEFGHIJKL01234567890ABC' };
  expect(targetOf(connection, { PGPASSWORD: 'x' })?.password).toEqual(expect.any(Function));
});

test('images are needed for the majors of tasks, each once', () => {
  const database = (major: 15 | 16, connection: object | 'elsewhere') => ({
    connection: connection as 'elsewhere',
    major,
    keepDays: { daily: 30 },
  });
  const inTask = { ...HOST, password: { secret: 'acme/shop' } };
  const databases = { a: database(16, inTask), b: database(16, inTask), c: database(15, 'elsewhere') };
  const digest = `registry.example.com/backstop@sha256:${'0'.repeat(64)}`;
  const compute = { images: { 16: digest }, architecture: 'arm64' } as const;
  expect(doctorRequest(defineSettings({ name: 'acme', compute, databases }), {}).images).toEqual({
    majors: [16],
    prebuilt: [16],
    architecture: 'arm64',
  });
});
