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

describe('images', () => {
  const digest = `registry.example.com/backstop@sha256:${'0'.repeat(64)}`;
  const inTask = { ...HOST, password: { secret: 'acme/shop' } };
  const database = (major: 15 | 16, changes: object) => ({
    connection: 'elsewhere' as const,
    major,
    keepDays: { daily: 30 },
    ...changes,
  });
  const never = { drill: { when: 'never' } };
  const imagesFor = (compute: object, databases: Record<string, ReturnType<typeof database>>) =>
    doctorRequest(defineSettings({ name: 'acme', compute, databases }), {}).images;

  test('are needed for the majors of tasks, each once', () => {
    const tasks = { connection: inTask, ...never };
    const databases = { a: database(16, tasks), b: database(16, tasks), c: database(15, never) };
    const compute = { images: { 16: digest }, architecture: 'arm64' };
    expect(imagesFor(compute, databases)).toEqual({ majors: [16], prebuilt: [16], architecture: 'arm64' });
  });

  test('are needed for drills, wherever the backups run, and are there where both of a major are', () => {
    const databases = { a: database(16, { connection: inTask }), b: database(15, {}) };
    const neededWith = (compute: object) => {
      const { majors, prebuilt } = imagesFor(compute, databases);
      return { majors, prebuilt };
    };
    expect(neededWith({})).toEqual({ majors: [15, 16], prebuilt: [] });
    expect(neededWith({ drillImages: { 15: digest, 16: digest } })).toEqual({
      majors: [15, 16],
      prebuilt: [15],
    });
    const both = { images: { 16: digest }, drillImages: { 15: digest, 16: digest } };
    expect(neededWith(both)).toEqual({ majors: [15, 16], prebuilt: [15, 16] });
  });

  test('of backups do where drills have a server', () => {
    const drill = { target: { secret: 'acme/drill' } };
    expect(imagesFor({ images: { 15: digest } }, { a: database(15, { drill }) })).toMatchObject({
      majors: [15],
      prebuilt: [15],
    });
  });
});
