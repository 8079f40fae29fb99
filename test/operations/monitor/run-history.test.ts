/** Which runs failed, and which are stuck: each rule with the least history that shows it. */
import type { StoppedTask } from '../../../lib/contract/stopped-task';
import {
  failedRuns,
  stuckRuns,
  type Run,
  type RunHistory,
} from '../../../lib/operations/monitor/run-history';

const NOW = new Date('2026-11-20T06:00:00Z');
const EXPECTED_MINUTES = 30;

function at(time: string): Date {
  return new Date(`2026-11-20T${time}Z`);
}

function run(begun: string, ended?: string, exitCode = 0): Run {
  const id = `20261120T${begun.replaceAll(':', '')}Z-0a1b2c`;
  return { id, ended: ended === undefined ? undefined : { at: at(ended), exitCode } };
}

function task(createdAt: string, stoppedAt: string, changes: Partial<StoppedTask> = {}): StoppedTask {
  return {
    version: 1,
    program: 'backup',
    database: 'shop',
    taskId: 'a1',
    createdAt: at(createdAt).toISOString(),
    stoppedAt: at(stoppedAt).toISOString(),
    stopCode: 'TaskFailedToStart',
    reason: 'CannotPullContainerError',
    ...changes,
  };
}

function history(changes: Partial<RunHistory>): RunHistory {
  return { runs: [], stoppedTasks: [], madeUpAt: undefined, ...changes };
}

interface Case {
  readonly rule: string;
  readonly history: Partial<RunHistory>;
  readonly failed: number;
  readonly stuck?: number;
}

test.each<Case>([
  { rule: 'without a run nothing failed', history: {}, failed: 0 },
  {
    rule: 'a run that ended with 0 did not fail, though it left no point: an export',
    history: { runs: [run('05:00:00', '05:10:00')] },
    failed: 0,
  },
  {
    rule: 'a run that ended with another code failed',
    history: { runs: [run('05:00:00', '05:10:00', 5)] },
    failed: 1,
  },
  {
    rule: 'a run that found another one at work did not fail, nor did its task',
    history: {
      runs: [run('05:00:00'), run('05:00:30', '05:00:40', 12)],
      stoppedTasks: [task('05:00:20', '05:00:45', { stopCode: 'EssentialContainerExited', exitCode: 12 })],
    },
    failed: 0,
  },
  {
    rule: 'each failure counts',
    history: { runs: [run('04:00:00', '04:10:00', 5), run('05:00:00', '05:10:00', 3)] },
    failed: 2,
  },
  {
    rule: 'a point that was finished after the failure makes up for it',
    history: { runs: [run('02:30:00', '02:31:00', 5)], madeUpAt: at('03:00:00') },
    failed: 0,
  },
  {
    rule: 'a point that was finished before the failure does not',
    history: { runs: [run('02:30:00', '03:31:00', 5)], madeUpAt: at('03:00:00') },
    failed: 1,
  },
  { rule: 'a run within its time is neither', history: { runs: [run('05:30:00')] }, failed: 0 },
  {
    rule: 'a run at twice its expected time is not yet stuck',
    history: { runs: [run('05:00:00')] },
    failed: 0,
  },
  {
    rule: 'a run beyond twice its expected time is stuck, and that is a failure',
    history: { runs: [run('04:59:59')] },
    failed: 1,
    stuck: 1,
  },
  {
    rule: 'a task that did not start is a failure without any run',
    history: { stoppedTasks: [task('05:00:00', '05:02:00')] },
    failed: 1,
  },
  {
    rule: 'a point after it makes up for a task, too',
    history: { stoppedTasks: [task('05:00:00', '05:02:00')], madeUpAt: at('05:30:00') },
    failed: 0,
  },
  {
    rule: 'a run whose task was stopped is no longer stuck, and one failure',
    history: {
      runs: [run('02:01:00')],
      stoppedTasks: [task('02:00:00', '02:20:00', { stopCode: 'UserInitiated' })],
    },
    failed: 1,
  },
  {
    rule: 'a run that told its failure, and its task, are one failure',
    history: {
      runs: [run('05:01:00', '05:10:00', 5)],
      stoppedTasks: [task('05:00:00', '05:10:30', { stopCode: 'EssentialContainerExited', exitCode: 5 })],
    },
    failed: 1,
  },
  {
    rule: 'a task that was stopped after its run had ended well is no failure',
    history: { runs: [run('05:01:00', '05:10:00')], stoppedTasks: [task('05:00:00', '05:10:30')] },
    failed: 0,
  },
  {
    rule: 'another run does not hide a task that failed at another time',
    history: { runs: [run('03:01:00', '03:10:00', 5)], stoppedTasks: [task('05:00:00', '05:02:00')] },
    failed: 2,
  },
])('$rule', ({ history: changes, failed, stuck = 0 }) => {
  expect(failedRuns(history(changes), EXPECTED_MINUTES, NOW)).toHaveLength(failed);
  expect(stuckRuns(history(changes), EXPECTED_MINUTES, NOW)).toHaveLength(stuck);
});

test('a failure is told with what is known of it', () => {
  const told = failedRuns(
    history({
      runs: [
        {
          id: '20261120T050000Z-0a1b2c',
          ended: { at: at('05:10:00'), exitCode: 3, failure: 'db.example.com refused' },
        },
      ],
      stoppedTasks: [task('02:00:00', '02:02:00')],
    }),
    EXPECTED_MINUTES,
    NOW,
  );
  expect(told).toEqual([
    'run 20261120T050000Z-0a1b2c ended with 3: db.example.com refused',
    'task a1: TaskFailedToStart: CannotPullContainerError',
  ]);
});
