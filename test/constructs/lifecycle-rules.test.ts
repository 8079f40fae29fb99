import { lifecycleRules } from '../../lib/constructs/lifecycle-rules';
import type { KeptDatabase } from '../../lib/settings/database-schema';

const shop: KeptDatabase = { keepDays: { daily: 30, yearly: 400 }, storage: {} };

const rulesOf = (databases: Record<string, KeptDatabase>) =>
  lifecycleRules('postgres', databases).map(({ expiration, noncurrentVersionExpiration, ...rule }) => ({
    ...rule,
    expirationDays: expiration?.toDays(),
    noncurrentDays: noncurrentVersionExpiration?.toDays(),
  }));

test('a rule per class and database matches the prefix and the expiry tag', () => {
  const rules = rulesOf({ shop, web: { keepDays: { hourly: 7 }, storage: {} } });
  const tagFilters = { expire: 'yes' };
  expect(rules).toMatchObject([
    { id: 'expire-daily-shop', prefix: 'points/daily/postgres/shop/', tagFilters, expirationDays: 30 },
    { id: 'expire-yearly-shop', prefix: 'points/yearly/postgres/shop/', tagFilters, expirationDays: 400 },
    { id: 'expire-hourly-web', prefix: 'points/hourly/postgres/web/', tagFilters, expirationDays: 7 },
    { id: 'abort-incomplete-uploads' },
    { id: 'remove-expired-delete-markers' },
  ]);
});

test('without the tag nothing expires, neither a current version nor one below a delete marker', () => {
  const untagged = rulesOf({ shop }).filter(({ tagFilters }) => tagFilters === undefined);
  expect(untagged).toHaveLength(2);
  for (const rule of untagged) {
    expect(rule.expirationDays).toBeUndefined();
    expect(rule.noncurrentDays).toBeUndefined();
  }
});

test('manifests, evidence and audit records never expire', () => {
  const prefixes = rulesOf({ shop })
    .filter(
      ({ expirationDays, noncurrentDays }) => expirationDays !== undefined || noncurrentDays !== undefined,
    )
    .map(({ prefix }) => prefix);
  expect(prefixes).toHaveLength(2);
  for (const prefix of prefixes) expect(prefix).toMatch(/^points\//);
});

test('an upload that was never completed is removed after a week, a delete marker when nothing is left below', () => {
  const rules = lifecycleRules('postgres', { shop });
  expect(rules.at(-2)?.abortIncompleteMultipartUploadAfter?.toDays()).toBe(7);
  expect(rules.at(-1)?.expiredObjectDeleteMarker).toBe(true);
});

test('a class moves to its storage class after the days that were set, tagged points only', () => {
  const [daily, yearly] = lifecycleRules('postgres', {
    shop: { ...shop, storage: { yearly: { class: 'DEEP_ARCHIVE', afterDays: 60 } } },
  });
  expect(daily?.transitions).toBeUndefined();
  expect(yearly?.tagFilters).toEqual({ expire: 'yes' });
  expect(yearly?.transitions).toMatchObject([{ storageClass: { value: 'DEEP_ARCHIVE' } }]);
  expect(yearly?.transitions?.[0]?.transitionAfter?.toDays()).toBe(60);
});

test('a class that is written into its storage class directly is never moved', () => {
  const [daily] = lifecycleRules('postgres', {
    shop: { ...shop, storage: { daily: { class: 'STANDARD_IA', afterDays: 0 } } },
  });
  expect(daily?.transitions).toBeUndefined();
});
