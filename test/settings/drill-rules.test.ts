/** Rules of drills: what the settings promise can be kept, and there is a disk and an image for it. */
import { crossFieldFaults } from '../../lib/settings/cross-field-rules';
import { databaseSchema } from '../../lib/settings/database-schema';
import { computeSchema } from '../../lib/settings/platform-schema';

const NOW = new Date('2026-11-20T12:00:00Z');
const IMAGE = `registry.example.com/postgres@sha256:${'5'.repeat(64)}`;

const database = (changes: object) =>
  databaseSchema.parse({ connection: 'elsewhere', keepDays: { daily: 30 }, ...changes });

/** All that is told of each fault. */
function toldOf(changes: object, compute: object = {}): string[] {
  const parts = {
    lock: null,
    compute: computeSchema.parse(compute),
    databases: { shop: database(changes) },
  };
  return crossFieldFaults(parts, NOW).map(({ path, got, allowed, hint = '' }) =>
    [path.join('.'), got, allowed, hint].join('; '),
  );
}

const drill = (changes: object) => ({ drill: changes });

describe('times of drills', () => {
  test.each([
    [{ cron: '0 6 1 * 1' }, 'what crontab and EventBridge both know'],
    [{ cron: '0 6 30 2 *' }, 'at least one slot a year'],
    [{ cron: '30 2 * * *', timeZone: 'Europe/Berlin' }, 'times that every day has'],
  ])('%j is refused', (when, allowed) => {
    expect(toldOf(drill({ when }))).toEqual([expect.stringContaining(allowed)]);
    expect(toldOf(drill({ when }))[0]).toMatch(/^databases\.shop\.drill\.when\.cron; /);
  });

  test('those that every week has are taken', () => {
    expect(toldOf(drill({ when: { cron: '0 6 * * 1', timeZone: 'Europe/Berlin' } }))).toEqual([]);
  });
});

describe('the promise of a proof', () => {
  test('after each backup it holds the interval of backups, their window, their time and that of a drill', () => {
    // 24 h + 15 min + 30 min + 60 min.
    expect(toldOf(drill({ provenWithinHours: 25.75 }))).toEqual([]);
    expect(toldOf(drill({ provenWithinHours: 25.5 }))).toEqual([
      'databases.shop.drill.provenWithinHours; 25.5; at least 25.75: what backups need + expectedMinutes 60; ' +
        'Accept an older proof, drill more often, or lower expectedMinutes.',
    ]);
  });

  test('with times of its own it holds the wait for the next drill as well', () => {
    const when = { cron: '0 6 * * 1', flexibleMinutes: 0 };
    expect(toldOf(drill({ when, provenWithinHours: 168 + 25.75 }))).toEqual([]);
    expect(toldOf(drill({ when, provenWithinHours: 168 }))).toEqual([
      expect.stringContaining('at least 193.75'),
    ]);
  });

  test('follows from nothing where a schedule is faulty: that is told alone', () => {
    const changes = { schedule: { cron: '99 * * * *' }, drill: { provenWithinHours: 1 } };
    expect(toldOf(changes)).toEqual([expect.stringMatching(/^databases\.shop\.schedule\.cron; /)]);
  });
});

describe('the disk of a drill', () => {
  test('holds the dump and the restored database with a third more', () => {
    // 100 GB: 25 of dump and 130 restored are 144.4 GiB.
    const of = (ephemeralStorageGiB: number) => ({
      databaseGigabytes: 100,
      drill: { task: { cpu: 2048, memoryMiB: 8192, ephemeralStorageGiB } },
    });
    expect(toldOf(of(145))).toEqual([]);
    expect(toldOf(of(144))).toEqual([
      'databases.shop.drill.task.ephemeralStorageGiB; 144 with databaseGigabytes 100; ' +
        'at least 145: 25 GB of dump and 130 GB of restored database; Take 145.',
    ]);
  });

  test('holds more where a dump is not compressed', () => {
    expect(toldOf({ databaseGigabytes: 100, dump: { compression: 'none' } })).toEqual([
      expect.stringContaining('at least 215: 100 GB of dump'),
    ]);
  });

  test('that Fargate does not have is told with what else there is', () => {
    expect(toldOf({ databaseGigabytes: 200 })).toEqual([
      expect.stringMatching(/; 200 with .* at least 289: .*restore onto a server by drill\.target/),
    ]);
  });

  test('holds the dump alone where a server holds the database', () => {
    const of = (databaseGigabytes: number) => ({
      databaseGigabytes,
      drill: { target: { secret: 'test/drill' } },
    });
    expect(toldOf(of(800))).toEqual([]);
    expect(toldOf(of(900))).toEqual([expect.stringMatching(/at least 210: 225 GB of dump; .*'never'/)]);
  });
});

test('a size that Fargate does not have is refused', () => {
  const task = { cpu: 2048, memoryMiB: 2048, ephemeralStorageGiB: 21 };
  expect(toldOf(drill({ task }))).toEqual([
    expect.stringMatching(/^databases\.shop\.drill\.task\.memoryMiB; 2048 with cpu 2048; /),
  ]);
});

test('checks that a template could not hold are refused', () => {
  const checks = (length: number) => [{ name: 'long', sql: `select '${'x'.repeat(length)}'` }];
  expect(toldOf(drill({ checks: checks(7900) }))).toEqual([]);
  expect(toldOf(drill({ checks: checks(8000) }))).toEqual([
    expect.stringMatching(/^databases\.shop\.drill\.checks; 80\d\d bytes; at most 8000/),
  ]);
});

describe('the image of drills', () => {
  test('is there where the other one is: nobody is surprised by a build', () => {
    expect(toldOf({}, { images: { '17': IMAGE } })).toEqual([
      expect.stringMatching(/compute\.images\.17 without compute\.drillImages\.17; .*--target drill/),
    ]);
    expect(toldOf({}, { images: { '17': IMAGE }, drillImages: { '17': IMAGE } })).toEqual([]);
    expect(toldOf({}, { images: { '15': IMAGE } })).toEqual([]);
  });

  test('is not needed where no throw-away server is made', () => {
    for (const changes of [{ when: 'never' }, { target: { secret: 'test/drill' } }])
      expect(toldOf(drill(changes), { images: { '17': IMAGE } })).toEqual([]);
  });

  test('is not built from another one where it is there, or where a server is the target', () => {
    expect(toldOf(drill({ image: IMAGE }))).toEqual([]);
    expect(toldOf(drill({ image: IMAGE }), { drillImages: { '17': IMAGE } })).toEqual([
      expect.stringContaining('one of them'),
    ]);
    expect(toldOf(drill({ image: IMAGE, target: { secret: 'test/drill' } }))).toEqual([
      expect.stringContaining('throw-away servers only'),
    ]);
  });
});

test('more drills after backups than a bus takes rules are refused; those with a cron do not count', () => {
  const faults = (count: number, changes: object) => {
    const databases = Array.from({ length: count }, (_, index) => [`db${index}`, database(changes)] as const);
    return crossFieldFaults({ lock: null, compute: null, databases: Object.fromEntries(databases) }, NOW).map(
      ({ allowed }) => allowed,
    );
  };
  expect(faults(250, {})).toEqual([]);
  expect(faults(251, {})).toEqual(['at most 250, because EventBridge takes 300 rules']);
  expect(faults(251, drill({ when: { cron: '0 6 * * 1' } }))).toEqual([]);
});

test('without drills none of it matters', () => {
  const changes = { when: 'never', provenWithinHours: 1, image: IMAGE };
  expect(toldOf({ databaseGigabytes: 5000, ...drill(changes) }, { images: { '17': IMAGE } })).toEqual([]);
});
