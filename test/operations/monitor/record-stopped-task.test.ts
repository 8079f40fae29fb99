/** Which of ECS's events tell of a backup, or of a drill, that did not end well. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { backupTaskFamily, drillTaskFamily } from '../../../lib/contract/names';
import { stoppedTaskKey, stoppedTaskSchema } from '../../../lib/contract/stopped-task';
import { taskEventSchema, type TaskEvent } from '../../../lib/contract/task-event';
import { recordStoppedTask, stoppedTaskOf } from '../../../lib/operations/monitor/record-stopped-task';
import { DirectoryStore } from '../../../lib/runtime/directory-store';
import { monitorConfig } from '../../support/monitor-bench';

const CONFIG = monitorConfig(['shop', 'a.b']);

type Detail = Partial<TaskEvent['detail']>;

/** As ECS sends it, with fields that nobody here looks at. */
function event(changes: Detail = {}): TaskEvent {
  return taskEventSchema.parse({
    version: '0',
    id: '3317b2af-7005-947d-b652-f55e762e571a',
    'detail-type': 'ECS Task State Change',
    source: 'aws.ecs',
    account: '111122223333',
    time: '2026-11-20T02:03:04Z',
    region: 'eu-central-1',
    resources: ['arn:aws:ecs:eu-central-1:111122223333:task/backstop/c13b4cb40f1f4fe4a2971f76ae5a47ad'],
    detail: {
      clusterArn: 'arn:aws:ecs:eu-central-1:111122223333:cluster/backstop',
      taskArn: 'arn:aws:ecs:eu-central-1:111122223333:task/backstop/c13b4cb40f1f4fe4a2971f76ae5a47ad',
      taskDefinitionArn: 'arn:aws:ecs:eu-central-1:111122223333:task-definition/backstop-backup-shop:7',
      group: 'family:backstop-backup-shop',
      launchType: 'FARGATE',
      lastStatus: 'STOPPED',
      desiredStatus: 'STOPPED',
      createdAt: '2026-11-20T02:00:04.123Z',
      stoppedAt: '2026-11-20T02:03:04.5Z',
      stopCode: 'EssentialContainerExited',
      stoppedReason: 'Essential container in task exited',
      containers: [{ name: 'backup', exitCode: 5, lastStatus: 'STOPPED', cpu: '0' }],
      ...changes,
    },
  });
}

test('a task whose backup exited with another code than 0 is recorded, with the words of ECS', () => {
  expect(stoppedTaskOf(event(), CONFIG)).toEqual({
    version: 1,
    program: 'backup',
    database: 'shop',
    taskId: 'c13b4cb40f1f4fe4a2971f76ae5a47ad',
    createdAt: '2026-11-20T02:00:04.123Z',
    stoppedAt: '2026-11-20T02:03:04.5Z',
    stopCode: 'EssentialContainerExited',
    exitCode: 5,
    reason: 'Essential container in task exited',
  });
});

test.each<[string, Detail]>([
  [
    'could not start',
    {
      stopCode: 'TaskFailedToStart',
      stoppedReason: 'ResourceInitializationError: unable to pull secrets',
      containers: [{ name: 'backup', reason: 'CannotPullContainerError' }],
    },
  ],
  ['has no containers at all', { stopCode: 'TaskFailedToStart', containers: [] }],
  ['a person stopped', { stopCode: 'UserInitiated', containers: [{ name: 'backup', exitCode: 11 }] }],
  [
    'the platform stopped',
    { stopCode: 'TerminationNotice', containers: [{ name: 'backup', exitCode: 143 }] },
  ],
  ['was killed without an exit code', { containers: [{ name: 'backup', reason: 'OutOfMemoryError' }] }],
])('so is one that %s', (_, changes) => {
  expect(stoppedTaskOf(event(changes), CONFIG)).toMatchObject({ database: 'shop' });
});

test('so is one of which ECS tells nothing but that it stopped', () => {
  const { containers, createdAt, stoppedAt, stopCode, stoppedReason, ...detail } = event().detail;
  expect([containers, createdAt, stoppedAt, stopCode, stoppedReason]).not.toContain(undefined);
  expect(stoppedTaskOf(taskEventSchema.parse({ ...event(), detail }), CONFIG)).toMatchObject({
    stoppedAt: '2026-11-20T02:03:04Z',
    stopCode: 'unknown',
    reason: 'no reason was given',
  });
});

test('the reasons of task and container are both told', () => {
  const containers = [{ name: 'backup', reason: 'CannotPullContainerError' }];
  expect(stoppedTaskOf(event({ containers }), CONFIG)?.reason).toBe(
    'Essential container in task exited · CannotPullContainerError',
  );
});

test.each<[string, Detail]>([
  ['whose backup exited with 0', { containers: [{ name: 'backup', exitCode: 0 }] }],
  [
    'whose other container was killed',
    {
      containers: [
        { name: 'server', exitCode: 137 },
        { name: 'backup', exitCode: 0 },
      ],
    },
  ],
  ['that still runs', { lastStatus: 'RUNNING', containers: [{ name: 'backup' }] }],
  [
    'of another family',
    { taskDefinitionArn: 'arn:aws:ecs:eu-central-1:111122223333:task-definition/backstop-restore:7' },
  ],
  [
    'of another installation',
    { taskDefinitionArn: 'arn:aws:ecs:eu-central-1:111122223333:task-definition/other-backup-shop:7' },
  ],
])('a task %s is not', (_, changes) => {
  expect(stoppedTaskOf(event(changes), CONFIG)).toBeUndefined();
});

test('a database is known by its family, dots or not', () => {
  const family = backupTaskFamily(CONFIG.installation, 'a.b');
  const taskDefinitionArn = `arn:aws:ecs:eu-central-1:111122223333:task-definition/${family}:1`;
  expect(stoppedTaskOf(event({ taskDefinitionArn }), CONFIG)?.database).toBe('a.b');
});

describe("a drill's task", () => {
  const family = drillTaskFamily(CONFIG.installation, 'shop');
  const taskDefinitionArn = `arn:aws:ecs:eu-central-1:111122223333:task-definition/${family}:1`;
  const told = (containers: TaskEvent['detail']['containers']) =>
    stoppedTaskOf(event({ taskDefinitionArn, containers }), CONFIG);

  test('is told from a backup of the same database, and stands at a place of its own', () => {
    const task = told([{ name: 'drill', exitCode: 10 }])!;
    expect(task).toMatchObject({ program: 'drill', database: 'shop', exitCode: 10 });
    expect(stoppedTaskKey(task)).toBe('drills/shop/20261120T020304Z-c13b4cb40f1f4fe4a2971f76ae5a47ad.json');
  });

  test.each(['backup', 'server'])('is not judged by its container %s', (name) => {
    const other = { name, exitCode: 1 };
    expect(told([{ name: 'drill', exitCode: 0 }, other])).toBeUndefined();
    expect(told([other])).toMatchObject({ program: 'drill' });
  });
});

test('a record without a program is of a backup: older ones name none', () => {
  const { program, ...old } = stoppedTaskOf(event(), CONFIG)!;
  expect(stoppedTaskSchema.parse(old).program).toBe(program);
});

test('an event that comes twice is written once', async () => {
  const store = new DirectoryStore(mkdtempSync(path.join(tmpdir(), 'status-')));
  const task = stoppedTaskOf(event(), CONFIG)!;
  await recordStoppedTask(store, task);
  await recordStoppedTask(store, task);
  const chunks: Buffer[] = [];
  for await (const chunk of await store.get(stoppedTaskKey(task))) chunks.push(chunk as Buffer);
  expect(stoppedTaskSchema.parse(JSON.parse(Buffer.concat(chunks).toString()))).toEqual(task);
  expect(stoppedTaskKey(task)).toBe('runs/shop/20261120T020304Z-c13b4cb40f1f4fe4a2971f76ae5a47ad.json');
});
