/** Which runs a status calls failed, from what programs and ECS told. */
import { LISTED_AUDIT_MAX } from '../../../lib/contract/status';
import type { StoppedTask } from '../../../lib/contract/stopped-task';
import type { AuditEntry } from '../../../lib/operations/audit-log';
import type { ToldDatabase } from '../../../lib/operations/status/database-facts';
import { listedAudit, listedFailures } from '../../../lib/operations/status/describe-history';
import { pointId } from '../../support/made-index';
import { LIMITS, NIGHTLY, VANISHING } from '../../support/monitor-bench';

const NOW = new Date('2026-11-20T12:00:00Z');
const AT = '2026-11-20T02:00:00.000Z';
const told: ToldDatabase = {
  schedule: NIGHTLY,
  drills: { expectedMinutes: 60 },
  limits: LIMITS,
  vanishing: VANISHING,
};

function entry(changes: Partial<AuditEntry> = {}): AuditEntry {
  return {
    ...{ program: 'backup', database: 'shop', id: pointId(AT), state: 'ended', at: AT, endedAt: AT },
    ...{ seconds: 1, exitCode: 0, failure: null, who: 'ops', reason: 'test', identity: null, osUser: null },
    ...{ what: null, slot: null, overrides: [] },
    ...changes,
  };
}

const task: StoppedTask = {
  ...{ version: 1, program: 'backup', database: 'shop', taskId: 'e9511a82' },
  ...{ createdAt: '2026-11-20T01:59:00.000Z', stoppedAt: '2026-11-20T02:30:00.000Z' },
  ...{ stopCode: 'SpotInterruption', reason: 'the machine went' },
};

const failures = (audit: AuditEntry[], stoppedTasks: StoppedTask[] = [], settings?: ToldDatabase) =>
  listedFailures({ audit, stoppedTasks, told: settings }, NOW);

test('a run that failed is told with its exit code, what that means and what it said', () => {
  expect(failures([entry({ exitCode: 5, failure: '<b>no room</b>' })])).toEqual([
    { at: AT, program: 'backup', text: `Run ${pointId(AT)} ended with 5 (dump failed): <b>no room</b>` },
  ]);
});

test.each([
  ['ended well', entry()],
  ['found another one at work', entry({ exitCode: 12, failure: 'already running' })],
  ['is a hold that was moved', entry({ program: 'keeper', state: 'held', exitCode: null })],
  ['has just begun', entry({ state: 'no end', id: pointId('2026-11-20T11:30:00Z'), exitCode: null })],
])('a run that %s is no failure', (_, each) => {
  expect(failures([each], [], told)).toEqual([]);
});

test('a run that takes more than twice its time is stuck; where nobody says it, after a day', () => {
  const begun = (at: string) => entry({ state: 'no end', id: pointId(at), exitCode: null });
  expect(failures([begun('2026-11-20T10:30:00Z')], [], told)).toHaveLength(1);
  expect(failures([begun('2026-11-20T10:30:00Z')])).toEqual([]);
  expect(failures([begun('2026-11-19T11:00:00Z')])).toMatchObject([
    { text: expect.stringContaining('has not ended') },
  ]);
});

test('an end that cannot be read is no good end', () => {
  expect(failures([entry({ state: 'unreadable', exitCode: null })])).toHaveLength(1);
});

test('a task that ECS saw end badly is told, once: by itself where its run told nothing', () => {
  const silent = [
    { at: task.stoppedAt, program: 'backup', text: expect.stringContaining('the machine went') },
  ];
  expect(failures([], [task])).toEqual(silent);
  expect(failures([entry({ state: 'no end', exitCode: null })], [task], told)).toEqual(silent);
  const own = failures([entry({ exitCode: 11, failure: 'SIGTERM' })], [task]);
  expect(own).toMatchObject([{ text: expect.stringContaining('SIGTERM') }]);
  // A drill's run is no run of a backup's task.
  expect(failures([entry({ program: 'drill', exitCode: 11 })], [task])).toHaveLength(2);
});

test('the newest failure comes first', () => {
  const failed = (at: string) => entry({ exitCode: 5, at, id: pointId(at) });
  const [early, late] = ['2026-11-18T02:00:00.000Z', '2026-11-20T11:00:00.000Z'];
  const found = failures([failed(early), failed(late)], [task]);
  expect(found.map(({ at }) => at)).toEqual([late, task.stoppedAt, early]);
});

test('of the audit the newest hundred of all databases are told, in words, and texts as they are', () => {
  const many = Array.from({ length: LISTED_AUDIT_MAX }, (_, index) =>
    entry({ at: new Date(NOW.getTime() - index * 1000).toISOString() }),
  );
  const hostile = '</script><img src=x onerror=alert(1)>\u001b[31m';
  const newest = entry({
    ...{ database: 'web', program: 'restore', at: NOW.toISOString(), exitCode: 8 },
    ...{ who: hostile, reason: hostile, what: hostile, failure: hostile, overrides: ['age'] },
  });
  const listed = listedAudit([...many, newest]);
  expect(listed).toHaveLength(LISTED_AUDIT_MAX);
  expect(listed.find(({ database }) => database === 'web')).toEqual({
    ...{ at: NOW.toISOString(), program: 'restore', database: 'web', id: newest.id },
    outcome: 'restore refused before anything was changed',
    ...{ who: hostile, reason: hostile, what: hostile, failure: hostile, overrides: ['age'] },
  });
});
