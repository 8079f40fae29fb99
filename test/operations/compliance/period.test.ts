/** What a period shows of backups, drills and people. */
import type { AuditEntry } from '../../../lib/operations/audit-log';
import { actionsOf } from '../../../lib/operations/compliance/actions';
import { backupsOf, keptClasses } from '../../../lib/operations/compliance/backups';
import { drillsOf } from '../../../lib/operations/compliance/drills';
import { ofBackups, ofDrills } from '../../../lib/operations/compliance/exceptions';
import type { Objectives } from '../../../lib/operations/compliance/gathered';
import type { DrillLogEntry } from '../../../lib/operations/drill-log';
import { summaryOf, type BelievedPoint } from '../../../lib/operations/recovery-points';
import { evidenceOf } from '../../support/made-evidence';
import { manifestKeyOf, manifestOf, type MadePoint } from '../../support/made-point';

const MINUTE = 60_000;
const day = (text: string, time = '00:00') => new Date(`2026-11-${text}T${time}:00Z`);
const PERIOD = { since: day('10'), until: day('20') };
const NIGHTLY: Objectives = {
  schedule: { cron: '0 2 * * *', timeZone: 'UTC', seasons: [], flexibleMinutes: 15, expectedMinutes: 30 },
  ...{ rpoHours: 25, rtoMinutes: 60, provenWithinHours: 26 },
};
const FILE = { key: 'points/x', bytes: 4, sha256: '0'.repeat(64), crc32: '0'.repeat(8) };

/** Taken at its start, whole five minutes later. */
function point(made: MadePoint, state: 'valid' | 'expired' = 'valid'): BelievedPoint {
  const finishedAt = new Date(made.startedAt.getTime() + 5 * MINUTE).toISOString();
  const manifest = manifestOf(made, [FILE], { finishedAt });
  const { database, id } = manifest;
  const key = manifestKeyOf(made);
  return {
    database,
    id,
    key,
    hidden: false,
    state,
    manifestSha256: '0'.repeat(64),
    manifest: summaryOf(manifest),
  };
}

const nights = (...days: string[]) => days.map((each) => point({ startedAt: day(each, '02:00') }));
const ALL = ['09', '10', '11', '12', '13', '14', '15', '16', '17', '18', '19'];
const backups = (points: readonly BelievedPoint[], audit?: readonly AuditEntry[]) =>
  backupsOf('shop', { points, audit, objectives: NIGHTLY }, PERIOD);

describe('backups', () => {
  test('a gap is counted from a snapshot until the next point was whole', () => {
    const found = backups(nights(...ALL));
    expect(found).toMatchObject({ points: 10, rpoHours: 25, slots: { due: 10, served: 10 }, runs: null });
    expect(found.longestGapHours).toBeCloseTo(24 + 5 / 60);
    expect(ofBackups([found])).toEqual([]);
  });

  test('a night without a point is a gap above the objective, and a slot that nobody served', () => {
    const found = backups(nights(...ALL.filter((each) => each !== '14')));
    expect(found).toMatchObject({
      slots: { due: 10, served: 9 },
      longestGapFrom: '2026-11-13T02:00:00.000Z',
    });
    expect(ofBackups([found]).map(({ text }) => text)).toEqual([
      'For 2 d from 2026-11-13T02:00:00.000Z on there was no newer recovery point; the objective is 1 d 1 h.',
      '1 of 10 slots of the schedule have no recovery point.',
    ]);
  });

  test('backups that stopped are a gap until the end, and those before the period count for its beginning', () => {
    expect(backups(nights('10', '11', '12')).longestGapHours).toBeCloseTo(7 * 24 + 22);
    expect(backups(nights('02', '10', '15')).longestGapFrom).toBe('2026-11-02T02:00:00.000Z');
    expect(ofBackups([backups(nights('02'))]).map(({ text }) => text)).toContain(
      'No recovery point was made in the period.',
    );
  });

  test('a database that is new in the period has missed nothing before its first point', () => {
    const found = backups(nights('17', '18', '19'));
    expect(found).toMatchObject({ slots: { due: 3, served: 3 } });
    expect(found.longestGapHours).toBeLessThan(25);
  });

  test('without any point there is no figure, but an exception', () => {
    const found = backups([]);
    expect(found).toMatchObject({ points: 0, longestGapHours: null, slots: { due: 0, served: 0 } });
    expect(ofBackups([found])).toHaveLength(1);
  });

  test('a slot whose time is not over is not due', () => {
    const until = day('19', '02:30');
    const found = backupsOf(
      'shop',
      { points: nights('18'), audit: [], objectives: NIGHTLY },
      { ...PERIOD, until },
    );
    expect(found.slots).toEqual({ due: 1, served: 1 });
  });

  test('runs are told by the audit: exports and runs that left the database to another one are none', () => {
    const audit = [
      entry({ exitCode: 0 }),
      entry({ exitCode: 5 }),
      entry({ exitCode: 12 }),
      entry({ exitCode: 0, what: 'export of customer' }),
      entry({ state: 'no end', exitCode: null }),
      entry({ exitCode: 5, at: '2026-11-09T23:59:59.000Z' }),
    ];
    expect(backups([], audit).runs).toEqual({ succeeded: 1, failed: 1, noEnd: 1 });
  });

  test('of each class that is kept: how many, the oldest, the newest, and until when', () => {
    const points = [
      ...nights('18', '19'),
      point({ startedAt: day('01'), class: 'weekly', days: 56 }),
      point({ startedAt: day('01'), days: 7 }, 'expired'),
    ];
    expect(keptClasses(points)).toEqual([
      {
        ...{ database: 'shop', class: 'daily', points: 2 },
        ...{ oldest: '2026-11-18T02:00:00.000Z', newest: '2026-11-19T02:00:00.000Z' },
        earliestRetainUntil: '2026-12-18T02:00:00.000Z',
        latestRetainUntil: '2026-12-19T02:00:00.000Z',
      },
      expect.objectContaining({ class: 'weekly', points: 1, latestRetainUntil: '2026-12-27T00:00:00.000Z' }),
    ]);
  });
});

describe('drills', () => {
  function drill(at: Date, standing: DrillLogEntry['standing'], restoreSeconds = 60): DrillLogEntry {
    const startedAt = new Date(at.getTime() - 60 * MINUTE);
    const evidence = evidenceOf(manifestOf({ startedAt }, [FILE]), Buffer.of(), at, { restoreSeconds });
    const { id, database, point: proven } = evidence;
    const told = standing === 'proven' || standing === 'failed' ? evidence : null;
    return {
      ...{ key: id, database, point: proven, drill: id, at: at.toISOString(), standing },
      ...{ fault: standing === 'proven' ? null : 'why', evidence: told, pointAgeSeconds: 3600 },
    };
  }

  test('only proof counts: its points, its restore times, and how old what is proven ever was', () => {
    const log = [
      drill(day('19', '03:00'), 'not believed', 1),
      drill(day('18', '03:00'), 'proven', 300),
      drill(day('14', '03:00'), 'failed', 1),
      drill(day('13', '03:00'), 'proven', 100),
      drill(day('12', '03:00'), 'proven', 200),
      drill(day('08', '03:00'), 'proven', 900),
    ];
    const found = drillsOf('shop', log, NIGHTLY, PERIOD);
    expect(found).toMatchObject({
      ...{ proven: 3, failed: 1, noProof: 1, rtoMinutes: 60 },
      restoreSeconds: { minimum: 100, median: 200, maximum: 300 },
      newestProof: { at: '2026-11-18T03:00:00.000Z' },
      longestWithoutProofHours: 5 * 24 + 1,
    });
    expect(found.points).toHaveLength(3);
    expect(ofDrills([found]).map(({ text }) => text)).toEqual([
      'What was proven grew 5 d 1 h old; 1 d 2 h are accepted.',
    ]);
  });

  test('a period without a proof, and a restore above the objective, are exceptions', () => {
    const none = drillsOf('shop', [drill(day('12'), 'failed')], undefined, PERIOD);
    expect(none).toMatchObject({ restoreSeconds: null, newestProof: null, longestWithoutProofHours: 240 });
    const slow = drillsOf(
      'shop',
      [drill(day('12'), 'proven', 3601)],
      { ...NIGHTLY, provenWithinHours: null },
      PERIOD,
    );
    expect(ofDrills([none, slow]).map(({ kind }) => kind)).toEqual(['proof', 'restore time']);
  });
});

function entry(changes: Partial<AuditEntry>): AuditEntry {
  return {
    ...{ program: 'backup', database: 'shop', id: '20261112T020000Z-000000', state: 'ended' },
    ...{ at: '2026-11-12T02:00:00.000Z', endedAt: null, seconds: 1, exitCode: 0, failure: null },
    ...{ who: 'tester', reason: 'test', identity: null, osUser: null, what: null, slot: null, overrides: [] },
    ...changes,
  };
}

describe('actions', () => {
  const identity = (role: string) => `arn:aws:sts::111122223333:assumed-role/${role}/alice`;

  test('restores, overrides, holds, deletions and the break-glass role leave their traces; a backup leaves none', () => {
    const found = actionsOf(
      [
        entry({}),
        entry({ program: 'restore', overrides: ['--unproven'], exitCode: 8 }),
        entry({ program: 'keeper', state: 'held' }),
        entry({ program: 'prune' }),
        entry({ identity: identity('break-glass') }),
        entry({ program: 'restore', at: '2026-11-20T00:00:00.000Z' }),
      ],
      PERIOD,
      'break-*',
    );
    expect(found.map(({ traces, outcome }) => [traces, outcome])).toEqual([
      [['restore', 'override'], 'restore refused'],
      [['hold'], 'put on hold'],
      [['deletion'], 'done'],
      [['break-glass'], 'done'],
    ]);
  });

  test('a role whose name only resembles the break-glass one is not it', () => {
    const other = [entry({ identity: identity('breakXglass') })];
    expect(actionsOf(other, PERIOD, 'break.glass')).toEqual([]);
    expect(actionsOf(other, PERIOD, undefined)).toEqual([]);
  });
});
