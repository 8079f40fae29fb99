/** A whole status from what was seen: every problem says what is wrong with its figures, and what was not seen is never good. */
import { Failure } from '../../../lib/contract/failure';
import { statusSchema, type DatabaseStatus, type Status } from '../../../lib/contract/status';
import type { DatabaseFacts } from '../../../lib/operations/status/database-facts';
import { describeDatabase, NOTHING_STORED } from '../../../lib/operations/status/describe-database';
import { describeProtection } from '../../../lib/operations/status/describe-protection';
import { describeStatus, type StatusFacts } from '../../../lib/operations/status/describe-status';
import {
  addressTroubles,
  asReadAt,
  protectionTroubles,
} from '../../../lib/operations/status/installation-problems';
import { madeDrill, madeIndex, madePoint, pointId } from '../../support/made-index';
import { LIMITS, NIGHTLY, VANISHING } from '../../support/monitor-bench';

const NOW = new Date('2026-11-20T12:00:00Z');
const POINT = '2026-11-20T02:00:00Z';
const told = { limits: LIMITS, vanishing: VANISHING, schedule: NIGHTLY, drills: { expectedMinutes: 60 } };
const STORAGE = {
  ...NOTHING_STORED,
  points: 2,
  bytes: 2000,
  usdMonth: 1.5,
  forecastBytes: 4000,
  forecastUsdMonth: 3,
};

function described(changes: Partial<DatabaseFacts> = {}): DatabaseStatus {
  const facts: DatabaseFacts = {
    ...{ name: 'shop', told, gauges: {}, audit: [], stoppedTasks: [], unseen: [] },
    index: madeIndex([madePoint(POINT)], [madeDrill(POINT, '2026-11-20T03:00:00Z')]),
    ...changes,
  };
  return describeDatabase(facts, STORAGE, { runbookUrl: 'docs/runbook.md', now: NOW });
}

function statusOf(databases: DatabaseStatus[], changes: Partial<StatusFacts> = {}): Status {
  return describeStatus({
    ...{ installation: 'acme', store: 's3://acme', contacts: ['always: Ada, 110'], protection: null },
    ...{ alarmTest: null, audit: [], troubles: [], runbookUrl: 'docs/runbook.md', databases },
    ...{ madeAt: NOW, nextBy: new Date('2026-11-20T14:30:00Z') },
    ...changes,
  });
}

const texts = (gauges: DatabaseFacts['gauges'], changes: Partial<DatabaseFacts> = {}) =>
  described({ gauges, ...changes }).problems.map(({ text }) => text);

test('a database that is as it should be has no problem, and the status keeps to its schema', () => {
  const status = statusOf([described()]);
  expect(statusSchema.parse(status)).toEqual(status);
  expect(status.problems).toEqual([]);
  expect(status.databases).toMatchObject([
    {
      ...{
        name: 'shop',
        schedule: '0 2 * * * UTC',
        newest: { point: pointId(POINT) },
        proven: { restoreSeconds: 60 },
      },
      objectives: { rpoHours: 25, provenWithinHours: 26, rtoMinutes: 240 },
      largestTables: [{ name: 'public.orders', rows: 10, bytes: 4000 }],
    },
  ]);
});

test.each([
  [{ newestPointAge: 49 }, 'The newest recovery point is 49 h old; at most 25 h are accepted.'],
  [{ newestPointAge: 25.01 }, 'The newest recovery point is 25.1 h old; at most 25 h are accepted.'],
  [{ newestPointAge: 100_000 }, 'There is no recovery point.'],
  [{ overdueSlots: 1 }, '1 slot passed without a run since the newest recovery point.'],
  [{ sizeRatio: 0.799 }, 'The newest recovery point has 79 % of the usual size; at least 80 % is expected.'],
  [{ storedBytes: 0 }, 'The newest recovery point has 0 B; at least 1 B are expected.'],
  [{ provenPointAge: 30 }, 'The newest proven recovery point is 30 h old; at most 26 h are accepted.'],
  [{ failedDrills: 2 }, '2 drills failed, got stuck or were stopped since the newest proof.'],
  [
    { drillRestoreSeconds: 15_000 },
    'The restore of the newest proof took 4 h 10 min; at most 4 h are accepted.',
  ],
  [{ faultyManifests: 1 }, 'Stored data is faulty: 1 manifest that cannot be believed.'],
  [
    { unkeptObjects: 3 },
    'Not locked to the end, or not on hold though proven: 3 objects of the newest recovery points.',
  ],
])('the figures %j are told in words', (gauges, text) => {
  expect(texts(gauges)).toEqual([text]);
});

test('a failed run is told with the words of the newest one since the newest point', () => {
  const run = (at: string, failure: string) => ({
    ...({ program: 'backup', database: 'shop', id: pointId(at), state: 'ended', at, endedAt: at } as const),
    ...{ seconds: 1, exitCode: 5, failure, who: null, reason: null, identity: null, osUser: null },
    ...{ what: null, slot: null, overrides: [] },
  });
  const newer = run('2026-11-20T03:00:00.000Z', 'no room');
  const older = run('2026-11-19T03:00:00.000Z', 'made up for');
  expect(texts({ failedRuns: 1 }, { audit: [newer, older] })).toEqual([
    `1 run failed, got stuck or were stopped since the newest recovery point. The newest: Run ${newer.id} ended with 5 (dump failed): no room.`,
  ]);
  expect(texts({ failedRuns: 1 }, { audit: [older] })[0]).not.toContain('made up for');
});

test('what is stored and faulty is told in the words of the check and of the reading', () => {
  const check = {
    at: POINT,
    whole: false,
    faults: 2,
    text: 'a is not in the store',
    bytes: 1,
    storageClass: 'STANDARD',
  };
  const index = madeIndex([
    madePoint('2026-11-20T04:00:00Z', { facts: null, fault: 'm was changed after it was signed.' }),
    madePoint(POINT, { check }),
  ]);
  const [text] = texts({ storedFaults: 2, faultyManifests: 1 }, { index });
  expect(text).toContain('2 faults');
  expect(text).toContain('a is not in the store');
  expect(text).toContain('m was changed after it was signed.');
});

test('where a held point past its time is all that is proven, that is told', () => {
  const held = madePoint(POINT, { held: true }, { expiresAt: '2026-11-20T11:00:00.000Z' });
  const index = madeIndex([held], [madeDrill(POINT, '2026-11-20T03:00:00Z')]);
  const status = described({ index, gauges: { provenPointAge: 100_000 } });
  expect(status.proven?.point).toBe(pointId(POINT));
  expect(status.problems[0]?.text).toContain('The one that is held is past its time.');
});

test('without settings nothing is promised, and only what is wrong anyhow is a problem', () => {
  const gauges = { newestPointAge: 900, provenPointAge: 900, drillRestoreSeconds: 1e6 };
  const status = described({ told: undefined, gauges });
  expect(status).toMatchObject({ objectives: null, schedule: null, problems: [] });
  expect(texts({ newestPointAge: 100_000, failedDrills: 1 }, { told: undefined })).toHaveLength(2);
});

test('a database that could not be looked at has nothing but that problem, and is never called good', () => {
  const error = new Failure('store-failed', 's3://acme: AccessDenied');
  const unseen = ['shop', "shop's drills"].map((subject) => {
    return { alarm: 'BackupMissing', database: 'shop', subject, error } as const;
  });
  const status = described({ index: undefined, unseen });
  expect(status).toMatchObject({ newest: null, proven: null, points: [], drills: [] });
  expect(status.problems).toEqual([
    {
      ...{ alarm: 'BackupMissing', severity: 'high', database: 'shop' },
      text: "Could not be looked at: shop, shop's drills: s3://acme: AccessDenied",
      runbook: 'docs/runbook.md#backupmissing',
    },
  ]);
});

test('the most severe problem comes first, and those of the installation before those of its databases', () => {
  const web = { ...described({ gauges: { unkeptObjects: 1, newestPointAge: 30 } }), name: 'web' };
  const troubles = [...addressTroubles(['ops@example.com']), ...protectionTroubles(['versioning is off'])];
  const status = statusOf([web], { troubles });
  expect(status.problems.map(({ alarm }) => alarm)).toEqual([
    ...['GuardrailChanged', 'BackupMissing', 'SubscriptionUnconfirmed', 'HoldStale'],
  ]);
  expect(status.problems[0]?.text).toBe(
    '1 protection of the bucket or its key not as deployed: versioning is off',
  );
});

test('storage is summed up, and foretold only where it is for each database', () => {
  const [shop, web] = [described(), described()];
  expect(statusOf([shop, web]).storage).toEqual({
    ...{ points: 4, bytes: 4000, usdMonth: 3, forecastBytes: 8000, forecastUsdMonth: 6 },
  });
  const young = { ...web, storage: { ...STORAGE, forecastBytes: null, forecastUsdMonth: null } };
  expect(statusOf([shop, young]).storage).toMatchObject({ bytes: 4000, forecastBytes: null });
});

test('past its time a status begins with the silence of the monitor', () => {
  const status = statusOf([described({ gauges: { newestPointAge: 30 } })]);
  expect(asReadAt(status, new Date('2026-11-20T14:30:00Z'))).toEqual(status);
  const old = asReadAt(status, new Date('2026-11-20T17:00:00Z'));
  expect(old.problems.map(({ alarm, text }) => [alarm, text])).toEqual([
    ['MonitorSilent', 'This status is 5 h old, and no newer one was made: the monitor is silent.'],
    ['BackupMissing', expect.any(String)],
  ]);
  const endless = statusOf([], { nextBy: null });
  expect(asReadAt(endless, new Date('2030-01-01T00:00:00Z'))).toEqual(endless);
});

test.each([
  [
    { mode: 'GOVERNANCE', days: 14 },
    { mode: 'GOVERNANCE', days: 14 },
  ],
  [
    { mode: 'COMPLIANCE', years: 2 },
    { mode: 'COMPLIANCE', days: 730 },
  ],
  ['access denied', null],
  [undefined, null],
])('the default lock %j', (lock, expected) => {
  const live = {
    ...(lock !== undefined && { 'default lock': lock }),
    ...{
      versioning: 'Enabled',
      encryption: { algorithm: 'aws:kms', key: 'arn:aws:kms:key', bucketKey: true },
    },
  };
  expect(describeProtection(live, ['versioning is off'])).toEqual({
    ...{ lock: expected, encryption: 'aws:kms arn:aws:kms:key', versioned: true },
    differences: ['versioning is off'],
  });
});
