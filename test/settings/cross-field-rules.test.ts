import { crossFieldFaults } from '../../lib/settings/cross-field-rules';
import { databaseSchema } from '../../lib/settings/database-schema';
import { computeSchema } from '../../lib/settings/platform-schema';
import type { LockSettings } from '../../lib/settings/schema';

const LOCK: LockSettings = { mode: 'governance', days: 7 };
const PARTS = { lock: LOCK, compute: computeSchema.parse({}) };
const NOW = new Date('2026-11-20T12:00:00Z');

const database = (changes: object) =>
  databaseSchema.parse({ connection: 'elsewhere', keepDays: { daily: 30 }, ...changes });

function faultsOf(changes: object): string[] {
  return crossFieldFaults({ ...PARTS, databases: { shop: database(changes) } }, NOW).map(
    ({ path, allowed }) => `${path.join('.')}: ${allowed}`,
  );
}

/** All that is told of the only fault. */
function toldOf(changes: object): string {
  const faults = crossFieldFaults({ ...PARTS, databases: { shop: database(changes) } }, NOW);
  expect(faults).toHaveLength(1);
  const [fault] = faults;
  return `${fault?.path.join('.') ?? ''}: ${fault?.got ?? ''}; ${fault?.allowed ?? ''}. ${fault?.hint ?? ''}`;
}

test('a class shorter than the lock of the bucket is refused', () => {
  expect(faultsOf({ keepDays: { hourly: 6, daily: 7 } })).toEqual([
    'databases.shop.keepDays.hourly: at least 7, the days for which lock.days locks every object',
  ]);
});

test('a move to IA before day 30 is refused; written there directly or later it is not', () => {
  const afterDays = (days: number) =>
    faultsOf({ keepDays: { monthly: 365 }, storage: { monthly: { class: 'STANDARD_IA', afterDays: days } } });
  expect(afterDays(29)).toEqual([
    'databases.shop.storage.monthly: afterDays 0 or at least 30: S3 moves nothing to IA earlier',
  ]);
  expect(afterDays(30)).toEqual([]);
  expect(afterDays(0)).toEqual([]);
});

test.each([
  ['GLACIER', 90],
  ['GLACIER_IR', 90],
  ['DEEP_ARCHIVE', 180],
  ['STANDARD_IA', 30],
] as const)('%s for fewer than the %d days that S3 bills is refused', (storageClass, shortest) => {
  const left = (days: number) =>
    faultsOf({
      keepDays: { yearly: 40 + days },
      storage: { yearly: { class: storageClass, afterDays: 40 } },
    });
  expect(left(shortest - 1)).toEqual([expect.stringContaining(`at least ${shortest} days there`)]);
  expect(left(shortest)).toEqual([]);
});

test('a move on the day of expiry or later is refused', () => {
  const afterDays = (days: number) =>
    faultsOf({ keepDays: { daily: 300 }, storage: { daily: { class: 'GLACIER_IR', afterDays: days } } });
  expect(afterDays(300)).toEqual([
    'databases.shop.storage.daily: afterDays below 300, when the class expires',
  ]);
  expect(afterDays(210)).toEqual([]);
});

test('a new point that must be thawed before it can be read is refused', () => {
  expect(
    faultsOf({ keepDays: { yearly: 400 }, storage: { yearly: { class: 'DEEP_ARCHIVE', afterDays: 0 } } }),
  ).toEqual(['databases.shop.storage.yearly: afterDays at least 1: a new point must be readable at once']);
  expect(
    faultsOf({ keepDays: { yearly: 400 }, storage: { yearly: { class: 'GLACIER_IR', afterDays: 0 } } }),
  ).toEqual([]);
});

test('storage for a class that is not kept is refused', () => {
  expect(
    faultsOf({ keepDays: { daily: 30 }, storage: { weekly: { class: 'STANDARD_IA', afterDays: 0 } } }),
  ).toEqual(['databases.shop.storage.weekly: classes of keepDays: daily']);
});

test('more classes than a bucket takes lifecycle rules are refused', () => {
  const databases = (count: number) =>
    Object.fromEntries(
      Array.from({ length: count }, (_, index) => [
        `db${index}`,
        database({ keepDays: { daily: 30, weekly: 60 }, drill: { when: 'never' } }),
      ]),
    );
  expect(crossFieldFaults({ ...PARTS, databases: databases(500) }, NOW)).toHaveLength(1);
  expect(crossFieldFaults({ ...PARTS, databases: databases(499) }, NOW)).toEqual([]);
});

describe('the schedule', () => {
  const schedule = (changes: object, rpoHours?: number) => ({
    schedule: changes,
    ...(rpoHours && { rpoHours }),
  });

  test('an objective that interval, flexible minutes and run together exceed is refused', () => {
    const times = { cron: '*/30 * * * *', flexibleMinutes: 5, expectedMinutes: 25 };
    expect(faultsOf(schedule(times, 1))).toEqual([]);
    expect(toldOf(schedule({ ...times, flexibleMinutes: 6 }, 1))).toBe(
      'databases.shop.rpoHours: 1; at least 1.02: longest interval 0.5 h + flexibleMinutes 6 + expectedMinutes 25. ' +
        'Accept to lose more, back up more often, or lower flexibleMinutes or expectedMinutes.',
    );
  });

  test('an objective shorter than the interval is refused, the longest of a year counts', () => {
    expect(faultsOf(schedule({ cron: '0 3 * * *', flexibleMinutes: 0 }, 23))).toHaveLength(1);
    const times = { cron: '0 3 * * *', flexibleMinutes: 0, expectedMinutes: 60 };
    expect(faultsOf(schedule(times, 25))).toEqual([]);
    expect(toldOf(schedule({ ...times, timeZone: 'Europe/Berlin' }, 25))).toContain(
      'at least 26: longest interval 25 h',
    );
    const seasons = [{ months: [7], cron: '0 3 * * 1' }];
    expect(toldOf(schedule({ ...times, seasons }, 25))).toContain('longest interval 168 h');
  });

  test('without an objective none is missed', () => {
    expect(faultsOf(schedule({ flexibleMinutes: 1440, expectedMinutes: 10_080 }))).toEqual([]);
  });

  test('a time that the clocks jump over this year or next is refused with its hour and day', () => {
    expect(toldOf(schedule({ cron: '30 2 * * *', timeZone: 'Europe/Berlin' }))).toBe(
      'databases.shop.schedule.cron: a run at 2026-03-29 02:30 and 2027-03-28 02:30, which the clocks of Europe/Berlin jump over; ' +
        'times that every day has: EventBridge skips the others. Take an hour earlier or later, or the time zone UTC.',
    );
    const seasons = [{ months: [3], cron: '0 2 * * *' }];
    expect(toldOf(schedule({ cron: '0 4 * * *', timeZone: 'Europe/Berlin', seasons }))).toContain(
      '2027-03-28 02:00',
    );
    expect(faultsOf(schedule({ cron: '30 2 * * *' }))).toEqual([]);
    expect(faultsOf(schedule({ cron: '30 3 * * *', timeZone: 'Europe/Berlin' }))).toEqual([]);
    expect(faultsOf(schedule({ cron: '0 * * * *', timeZone: 'Europe/Berlin' }))).toEqual([]);
  });

  test.each([
    ['0 2 1 * 1', 'either the day of month or the day of week must be *'],
    ['0 25 * * *', 'Invalid value for hour: 25'],
    ['0 2 ? * *', 'only digits, names of months and days'],
  ])('the cron %s, which crontab or EventBridge do not know, is refused', (cron, allowed) => {
    expect(toldOf(schedule({ cron }))).toContain(`databases.shop.schedule.cron: ${cron}; what crontab`);
    expect(toldOf(schedule({ cron }))).toContain(allowed);
    expect(toldOf(schedule({ seasons: [{ months: [1], cron }] }))).toContain('schedule.seasons.0.cron: ');
  });

  test.each(['0 2 31 2 *', '0 2 29 2 *'])('%s, which is not on every year, is refused', (cron) => {
    expect(toldOf(schedule({ cron }))).toContain(
      'which comes less than once a year; at least one slot a year',
    );
  });

  test('months that two seasons name, or one twice, are refused', () => {
    const season = (months: number[]) => ({ months, cron: '0 3 * * *' });
    expect(toldOf(schedule({ seasons: [season([12, 1]), season([1, 2])] }))).toContain(
      'seasons.1.months: 1 again; each',
    );
    expect(toldOf(schedule({ seasons: [season([3, 3])] }))).toContain(
      'seasons.0.months: 3 again; each month once',
    );
    expect(faultsOf(schedule({ seasons: [season([12, 1]), season([2])] }))).toEqual([]);
  });

  test('a month in a cron beside seasons is refused, alone it is not', () => {
    const seasons = [{ months: [12], cron: '0 3 * * *' }];
    expect(toldOf(schedule({ cron: '0 2 * 1-6 *', seasons }))).toContain(
      'schedule.cron: 0 2 * 1-6 *; * as month',
    );
    expect(toldOf(schedule({ seasons: [{ months: [12], cron: '0 3 * 12 *' }] }))).toContain(
      'seasons.0.cron: ',
    );
    expect(faultsOf(schedule({ cron: '0 2 * 1-6 *' }))).toEqual([]);
  });

  test('each fault of a schedule is told', () => {
    const seasons = [{ months: [1, 1], cron: '0 2 1 * 1' }];
    expect(faultsOf(schedule({ cron: '99 2 * * *', seasons }))).toHaveLength(3);
  });
});

describe('the connection', () => {
  const connection = (changes: object) => ({
    connection: { host: 'db.example.com', database: 'shop', user: 'backup', ...changes },
  });
  const password = { secret: 'acme/shop' };
  const rdsIam = 'db-ABCDEFGHIJKL01234567890ABC';

  test('it has a password or IAM authentication, exactly one', () => {
    expect(faultsOf(connection({ password }))).toEqual([]);
    expect(faultsOf(connection({ rdsIam }))).toEqual([]);
    expect(toldOf(connection({ password, rdsIam }))).toContain(
      'databases.shop.connection: password and rdsIam; exactly one of password and rdsIam',
    );
    expect(toldOf(connection({}))).toContain('neither password nor rdsIam; exactly one');
  });

  test('a token of IAM goes only to a server that was verified', () => {
    const tls = (mode: string) => connection({ rdsIam, tls: { mode } });
    expect(faultsOf(tls('verify-ca'))).toEqual([]);
    expect(toldOf(tls('require'))).toContain(
      'connection.tls.mode: require; verify-full or verify-ca with rdsIam',
    );
    expect(faultsOf(connection({ password, tls: { mode: 'disable' } }))).toEqual([]);
  });
});

describe('the dump', () => {
  test.each(['zstd:1', 'lz4'])('%s needs pg_dump 16', (compression) => {
    expect(faultsOf({ major: 16, dump: { compression } })).toEqual([]);
    expect(toldOf({ major: 15, dump: { compression } })).toContain(
      `databases.shop.dump.compression: ${compression} with PostgreSQL 15; gzip:1 to gzip:9 or none`,
    );
  });

  test('a plain dump is compressed so that everybody can unpack it', () => {
    expect(toldOf({ dump: { format: 'plain', compression: 'zstd:1' } })).toContain(
      'zstd:1 with format plain; gzip',
    );
    expect(faultsOf({ dump: { format: 'plain', compression: 'gzip:6' } })).toEqual([]);
  });

  test.each([
    ['gzip:10', 'gzip:1 to gzip:9'],
    ['zstd:23', 'zstd:1 to zstd:22'],
    ['zstd:0', 'zstd:1 to zstd:22'],
  ])('the level of %s is refused', (compression, allowed) => {
    expect(toldOf({ dump: { compression } })).toContain(`dump.compression: ${compression}; ${allowed}`);
  });

  test('parallel connections need the directory format', () => {
    expect(toldOf({ dump: { format: 'custom', jobs: 4 } })).toContain(
      'dump.jobs: 4 with format custom; jobs with',
    );
    expect(faultsOf({ dump: { format: 'custom' } })).toEqual([]);
    expect(faultsOf({ dump: { format: 'directory', jobs: 4 } })).toEqual([]);
    expect(faultsOf({ dump: { jobs: 4 } })).toEqual([]);
  });
});

describe('the size of the task', () => {
  test.each([
    [256, 512],
    [256, 2048],
    [512, 4096],
    [1024, 8192],
    [2048, 5120],
    [4096, 30_720],
    [8192, 20_480],
    [16_384, 122_880],
  ])('Fargate has %d CPU units with %d MiB', (cpu, memoryMiB) => {
    expect(faultsOf({ task: { cpu, memoryMiB } })).toEqual([]);
  });

  test.each([
    [256, 1536, '512, 1024, 2048 with cpu 256'],
    [512, 512, '1024, 2048, 3072, 4096 with cpu 512'],
    [1024, 1024, '2048, 3072,'],
    [1024, 2560, '2048, 3072,'],
    [4096, 7168, '8192, 9216,'],
    [1024, 9216, '7168, 8192 with cpu 1024'],
    [8192, 17_408, '16384, 20480,'],
    [16_384, 36_864, '32768, 40960,'],
  ])('it has not %d CPU units with %d MiB', (cpu, memoryMiB, allowed) => {
    const told = toldOf({ task: { cpu, memoryMiB } });
    expect(told).toContain(`databases.shop.task.memoryMiB: ${memoryMiB} with cpu ${cpu}; `);
    expect(told).toContain(allowed);
  });
});
