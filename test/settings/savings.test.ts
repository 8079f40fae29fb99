/** What would be cheaper, and why an estimate and a bucket differ. */
import deltacrown from '../../examples/deltacrown';
import { largestSavings } from '../../lib/contract/saving';
import { monthlyCost } from '../../lib/settings/cost';
import { compareEstimate } from '../../lib/settings/estimate-compare';
import { savingsOf } from '../../lib/settings/savings';
import type { SettingsInput } from '../../lib/settings/schema';
import { defineSettings } from '../../lib/settings/settings';
import { MINIMAL } from '../support/synthesize';

const [[name, database]] = Object.entries(MINIMAL.databases) as [
  [string, SettingsInput['databases'][string]],
];

function settings(changes: Partial<typeof database>, others: Partial<SettingsInput> = {}) {
  return defineSettings({ ...MINIMAL, ...others, databases: { [name]: { ...database, ...changes } } });
}

const textsOf = (of: ReturnType<typeof settings>) =>
  savingsOf(of)
    .filter(({ usdMonth }) => usdMonth > 0)
    .map(({ text }) => text);

test('each saving is the difference that the one change makes to the estimate', () => {
  const before = settings({ databaseGigabytes: 12 }, { network: { mode: 'fixed-egress' } });
  const after = settings({ databaseGigabytes: 12 }, { network: { mode: 'public' } });
  const [first] = largestSavings(savingsOf(before));
  expect(first).toEqual({
    text: expect.stringMatching(/^network: \{ mode: 'public' \}/),
    usdMonth: monthlyCost(before).totalUsd - monthlyCost(after).totalUsd,
  });
});

test('hourly backups of a large database: fewer points, fewer drills, another architecture', () => {
  const hourly = { cron: '0 * * * *', flexibleMinutes: 5, expectedMinutes: 10 };
  const texts = textsOf(
    settings({
      databaseGigabytes: 100,
      schedule: hourly,
      keepDays: { hourly: 7 },
      dump: { format: 'custom' },
    }),
  );
  expect(texts).toEqual([
    "compute: { architecture: 'arm64' }.",
    `${name}: drill: { when: { cron: '30 3 * * *' } } proves one point a day.`,
    `${name}: keepDays: { hourly: 2, daily: 14, weekly: 56 } instead of more hourly points.`,
  ]);
});

test('a class that is kept for long may lie in cheaper storage, unless it does already', () => {
  const keepDays = { daily: 40, monthly: 400 };
  const cheaper = `${name}: storage: { daily: { class: 'STANDARD_IA' }, monthly: { class: 'GLACIER_IR' } }, at 0.01 to 0.03 USD for each GB of a restore.`;
  expect(textsOf(settings({ databaseGigabytes: 100, keepDays }))).toContain(cheaper);
  const storage = {
    daily: { class: 'STANDARD_IA', afterDays: 30 },
    monthly: { class: 'GLACIER', afterDays: 200 },
  } as const;
  expect(
    textsOf(settings({ databaseGigabytes: 100, keepDays: { daily: 60, monthly: 400 }, storage })).join(),
  ).not.toContain('storage:');
});

test('at most three are told, the largest first, and none of less than a cent', () => {
  const savings = [3, 0.001, 1, 5, 2].map((usdMonth) => ({ text: '', usdMonth }));
  expect(largestSavings(savings).map(({ usdMonth }) => usdMonth)).toEqual([5, 3, 2]);
  for (const { usdMonth } of largestSavings(savingsOf(deltacrown))) expect(usdMonth).toBeGreaterThan(0);
});

describe('an estimate beside what is there', () => {
  const set = settings({ databaseGigabytes: 10, keepDays: { daily: 30 } });
  const real = { database: name, databaseBytes: 10e9, storedPart: 0.25, validPoints: 30, usdMonth: 1.7 };
  const reasons = (changes: Partial<typeof real>) =>
    compareEstimate(set, [{ ...real, ...changes }])[0]!.reasons;

  test('needs no reason where both are about the same', () => {
    expect(reasons({ databaseBytes: 10.5e9, storedPart: 0.26, validPoints: 29 })).toEqual([]);
  });

  test('differs by a size that was set too low, by compression, and by classes that have not filled up', () => {
    expect(reasons({ databaseBytes: 31e9, storedPart: 0.4, validPoints: 5 })).toEqual([
      'databaseGigabytes says 10; the database has 31 GB.',
      "A point takes 0.4 of the database's size; 0.25 is estimated.",
      '5 points are kept; 30 are estimated once every class has filled up.',
    ]);
  });

  test('says where the size is assumed, where nothing is stored, and where nothing was asked for', () => {
    const unset = compareEstimate(settings({}), [
      { ...real, databaseBytes: 1e9 },
      { ...real, database: 'old' },
    ]);
    expect(unset).toEqual([
      {
        database: 'old',
        estimatedUsdMonth: null,
        usdMonth: 1.7,
        reasons: [expect.stringMatching(/^It is not in the settings/)],
      },
      expect.objectContaining({
        reasons: expect.arrayContaining([
          'databaseGigabytes is not set, 10 are assumed; the database has 1 GB.',
        ]),
      }),
    ]);
    expect(compareEstimate(set, [])[0]).toMatchObject({
      usdMonth: null,
      reasons: ['Nothing of it is stored that can be restored.'],
    });
  });
});
