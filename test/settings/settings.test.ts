import { Failure } from '../../lib/contract/failure';
import { parseTablePattern } from '../../lib/postgres/table-patterns';
import type { SettingsInput } from '../../lib/settings/schema';
import { defineSettings } from '../../lib/settings/settings';

/** As a settings file may hold anything, whatever the types say. */
function messageFor(input: unknown): string {
  try {
    defineSettings(input as SettingsInput);
  } catch (error) {
    if (error instanceof Failure && error.kind === 'usage') return error.message;
    throw error;
  }
  throw new Error('the settings were accepted');
}

const database = (changes: object): SettingsInput => ({
  name: 'test',
  databases: { shop: { connection: 'elsewhere', keepDays: { daily: 30 }, ...changes } },
});

test('what is left out gets its documented default', () => {
  expect(
    defineSettings({
      name: 'test',
      databases: { shop: { connection: 'elsewhere', keepDays: { daily: 30 } } },
    }),
  ).toEqual({
    name: 'test',
    lock: { mode: 'governance', days: 7 },
    network: { mode: 'public', cidr: '10.42.0.0/20', availabilityZones: 2 },
    compute: { images: {}, drillImages: {}, logDays: 400 },
    notifications: {
      ...{ emails: [], webhooks: [], contacts: [], runbookUrl: 'docs/runbook.md' },
      ...{ digestHour: 7, monthlyAlarmTest: true },
    },
    databases: {
      shop: {
        connection: 'elsewhere',
        major: 17,
        schedule: {
          cron: '0 2 * * *',
          timeZone: 'UTC',
          flexibleMinutes: 15,
          expectedMinutes: 30,
          seasons: [],
        },
        rtoMinutes: 240,
        keepDays: { daily: 30 },
        storage: {},
        dump: { jobs: 2, excludeTableData: [], inventory: 'rows' },
        task: { cpu: 1024, memoryMiB: 2048, ephemeralStorageGiB: 21 },
        drill: {
          when: 'after-backup',
          expectedMinutes: 60,
          target: 'throw-away',
          minimumRows: 1,
          alsoFailsOn: [],
          checks: [],
          task: { cpu: 2048, memoryMiB: 8192, ephemeralStorageGiB: 200 },
        },
        alarms: {
          ...{ shrunkenBelow: 0.8, minimumBytes: 1, slowAbove: 2, slowMinimumMinutes: 5 },
          ...{ vanishedShare: 0.5, vanishedMinimumRows: 1000, vanishingTables: [] },
        },
      },
    },
  });
});

test('settings that were checked before stay as they are', () => {
  const once = defineSettings(database({ storage: { daily: { class: 'STANDARD_IA' } } }));
  expect(defineSettings(once)).toEqual(once);
});

test('every fault is told at once, faults of form and faults between fields', () => {
  const message = messageFor({
    name: 'Bad Name',
    lock: { days: 14 },
    databases: {
      shop: { connection: 'elsewhere', keepDays: { daily: 0 } },
      web: { connection: 'elsewhere', keepDays: { daily: 10 } },
    },
  });
  expect(message.split('\n')).toEqual([
    'The settings have 3 faults:',
    expect.stringContaining('name: got "Bad Name"; allowed: 3 to 20 lower-case letters'),
    expect.stringContaining('databases.shop.keepDays.daily: got 0; allowed: whole days from 1 to 36500'),
    expect.stringContaining('databases.web.keepDays.daily: got 10; allowed: at least 14'),
  ]);
});

test.each(['public.session', 'queue.*', '*.job_?', 'öl.preis$', '"My.Shop"."a ""b"" [c"', 'public."*"'])(
  'the pattern %s of tables is taken, and can be read',
  (pattern) => {
    const { databases } = defineSettings(database({ alarms: { vanishingTables: [pattern] } }));
    const [taken = ''] = databases['shop']!.alarms.vanishingTables;
    const { schema, name } = parseTablePattern(taken);
    expect([schema, name].map((source) => new RegExp(source!, 's').source)).toEqual([schema, name]);
  },
);

test.each(['session', 'a.b.c', '"a.b', 'public.a,b', 'public.a(b', 'public.', '""."x"', 'a."b\n"'])(
  'the pattern %j of tables is refused: a monitor could not read it',
  (pattern) => {
    expect(messageFor(database({ alarms: { vanishingTables: [pattern] } }))).toContain(
      'allowed: a pattern with a schema, for example public.session, queue.* or "Shop"."Basket"',
    );
  },
);

describe('faults of form', () => {
  test.each([
    ['no settings at all', undefined, 'settings: got nothing'],
    [
      'an unknown field',
      { ...database({}), regoin: 'x' },
      'got the unknown field regoin; allowed: an object with only',
    ],
    [
      'an unknown class',
      database({ keepDays: { dayly: 3 } }),
      'the unknown field dayly; allowed: days by class (hourly,',
    ],
    ['no class', database({ keepDays: {} }), 'databases.shop.keepDays: got {}; allowed: at least one class'],
    ['half a day', database({ keepDays: { daily: 1.5 } }), 'got 1.5; allowed: whole days'],
    [
      'a name that SSM refuses at the beginning of a parameter',
      { ...database({}), name: 'awsome' },
      'name: got "awsome"; allowed: 3 to 20 lower-case letters, digits and dashes, a letter first, but not aws or ssm',
    ],
    ['the other one', { ...database({}), name: 'ssm-acme' }, 'name: got "ssm-acme"'],
    ['no database', { name: 'test', databases: {} }, 'databases: got {}; allowed: at least one database'],
    [
      'a name that no key may hold',
      { name: 'test', databases: { '../x': {} } },
      'databases.../x: got the name "../x"',
    ],
    [
      'an account that is no id',
      { ...database({}), account: 123 },
      'account: got 123; allowed: the 12 digits',
    ],
    [
      'a region that is none',
      { ...database({}), region: 'mars' },
      'region: got "mars"; allowed: an AWS region',
    ],
    [
      'an alarm on every backup that is not faster than usual',
      database({ alarms: { slowAbove: 1 } }),
      'databases.shop.alarms.slowAbove: got 1; allowed: a number from 1.1 to 100',
    ],
    [
      'an alarm on tables that lost nothing',
      database({ alarms: { vanishedShare: 0 } }),
      'databases.shop.alarms.vanishedShare: got 0; allowed: a number from 0.01 to 1',
    ],
    [
      'a contact in two lines',
      { ...database({}), notifications: { contacts: [{ when: 'always', who: 'a\nb', how: 'x' }] } },
      'notifications.contacts.0.who: got "a\\nb"; allowed: a text of 1 to 80 characters, in one line',
    ],
    [
      'more contacts than anybody calls',
      {
        ...database({}),
        notifications: { contacts: Array(9).fill({ when: 'always', who: 'me', how: 'x' }) },
      },
      'allowed: at most 8 contacts',
    ],
    [
      'an unknown lock mode',
      { ...database({}), lock: { mode: 'soft' } },
      'lock.mode: got "soft"; allowed: one of gov',
    ],
    [
      'an unknown storage class',
      database({ storage: { daily: { class: 'TAPE' } } }),
      'got "TAPE"; allowed: one of STA',
    ],
    [
      'a connection that is neither an object nor elsewhere',
      database({ connection: 'here' }),
      `connection: got "here"; allowed: an object with host, database, user and password or rdsIam; or 'elsewhere'.`,
    ],
    [
      'no connection',
      { name: 'test', databases: { shop: { keepDays: { daily: 3 } } } },
      'connection: got nothing; al',
    ],
  ])('%s is refused', (_, input, expected) => {
    expect(messageFor(input)).toContain(expected);
  });
});

test('each fault inside a connection is named, an unknown field too', () => {
  const connection = { host: 'a b', port: 'x', databse: 'shop', user: 'u', password: { secret: '' } };
  const message = messageFor(database({ connection }));
  expect(message).toContain('databases.shop.connection.host: got "a b"; allowed: a host name');
  expect(message).toContain('databases.shop.connection.port: got "x"; allowed: whole ports');
  expect(message).toContain('databases.shop.connection.password.secret: got ""; allowed: the complete ARN');
  expect(message).toContain('databases.shop.connection.database: got nothing; allowed: the name of');
  expect(message).toContain(
    'databases.shop.connection: got the unknown field databse; allowed: an object with only',
  );
});

test('a secret whose name ends as an ARN does is named by its complete ARN', () => {
  const withSecret = (secret: string) => {
    const connection = { host: 'db.example.com', database: 'shop', user: 'backstop', password: { secret } };
    return database({ connection });
  };
  expect(messageFor(withSecret('acme/shop-backup'))).toContain(
    'got "acme/shop-backup"; allowed: the complete ARN',
  );
  const arn = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:acme/shop-backup-a1B2c3';
  expect(defineSettings(withSecret(arn))).toBeDefined();
  expect(defineSettings(withSecret('acme/shop-backups'))).toBeDefined();
});

test('a break-glass pattern that names every role is refused', () => {
  const breakGlassRoleArn = 'arn:aws:iam::111122223333:role/*';
  expect(messageFor({ ...database({}), breakGlassRoleArn })).toContain('allowed: the ARN of an IAM role');
  const narrow =
    'arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_BreakGlass_*';
  expect(defineSettings({ ...database({}), breakGlassRoleArn: narrow }).breakGlassRoleArn).toBe(narrow);
});

test('credentials that somebody put into the settings are not repeated in the message', () => {
  const message = messageFor({ ...database({}), region: 'postgres://app:hunter2@db.example.com/shop' });
  expect(message).toContain('db.example.com');
  expect(message).not.toContain('hunter2');
});
