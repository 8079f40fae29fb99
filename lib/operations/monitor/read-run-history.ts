/** Reads what is known of a database's backups, or drills, since the newest one that did its work. */
import pLimit from 'p-limit';
import { auditedRunOf, auditEventSchema, auditKey, auditPrefix } from '../../contract/audit-event';
import { stampOf, startOf, type RecoveryPointId } from '../../contract/recovery-point-id';
import {
  stoppedTaskPrefix,
  stoppedTaskSchema,
  type StoppedProgram,
  type StoppedTask,
} from '../../contract/stopped-task';
import type { ListedObject, Store } from '../../runtime/store';
import { readJson } from './read-json';
import type { Run, RunHistory } from './run-history';

const DAY = 86_400_000;
/** Also where nothing ever succeeded: longer than any schedule's interval. */
const LOOK_BACK_DAYS = 400;
/** A hundred failures say what a thousand do. */
const RUNS_AT_MOST = 100;
const DOCUMENTS_AT_A_TIME = 4;

export interface HistorySources {
  readonly store: Store;
  /** undefined where nobody writes down what ECS tells. */
  readonly statusStore: Store | undefined;
  readonly program: StoppedProgram;
  readonly database: string;
  /** Its newest success: the manifest of a recovery point, or a proof. */
  readonly newest:
    { readonly id: RecoveryPointId; readonly startedAt: string; readonly finishedAt: string } | undefined;
  readonly now: Date;
}

/**
 * @returns what is known, and since when: of a long series of failures only the newest hundred are looked at
 * @throws Failure `store-failed`
 */
export async function readRunHistory(
  sources: HistorySources,
): Promise<RunHistory & { readonly since: Date }> {
  const { newest, now } = sources;
  const earliest = new Date(now.getTime() - LOOK_BACK_DAYS * DAY);
  const newestStartedAt = newest === undefined ? earliest : new Date(newest.startedAt);
  const [listed, stoppedTasks] = await Promise.all([
    listRuns(sources, earliest),
    stoppedTasksSince(sources, newestStartedAt),
  ]);
  const kept = [...listed].slice(-RUNS_AT_MOST);
  const [oldest] = kept;
  return {
    runs: await pLimit(DOCUMENTS_AT_A_TIME).map(kept, ([id, end]) => readRun(sources.store, id, end)),
    stoppedTasks,
    madeUpAt: newest && new Date(newest.finishedAt),
    since: oldest !== undefined && kept.length < listed.size ? startOf(oldest[0]) : newestStartedAt,
  };
}

/** By id, in order of their starts: the object that tells of the end. Their documents are not read yet. */
async function listRuns(
  { store, program, database, newest }: HistorySources,
  earliest: Date,
): Promise<Map<string, ListedObject | undefined>> {
  const prefix = auditPrefix(program, database);
  const after =
    newest === undefined
      ? `${prefix}${earliest.toISOString().slice(0, 10).replaceAll('-', '/')}`
      : auditKey({ program, database, id: newest.id, event: 'started' });
  const runs = new Map<string, ListedObject | undefined>();
  for await (const object of store.list(prefix, { after })) {
    const run = auditedRunOf(object.key);
    if (run !== undefined) runs.set(run.id, run.event === 'ended' ? object : runs.get(run.id));
  }
  return runs;
}

/** An event that cannot be read is no success. */
async function readRun(store: Store, id: string, end: ListedObject | undefined): Promise<Run> {
  if (end === undefined) return { id, ended: undefined };
  const event = auditEventSchema.safeParse(await readJson(store, end.key)).data;
  if (event?.exitCode === undefined)
    return { id, ended: { at: end.modifiedAt, exitCode: 1, failure: `${end.key} cannot be read` } };
  const { at, exitCode, failure } = event;
  return { id, ended: { at: new Date(at), exitCode, ...(failure !== undefined && { failure }) } };
}

/** Tasks that ECS saw end badly after that instant, the oldest first. @throws Failure `store-failed` */
export async function stoppedTasksSince(
  { statusStore, program, database }: Pick<HistorySources, 'statusStore' | 'program' | 'database'>,
  since: Date,
): Promise<StoppedTask[]> {
  if (statusStore === undefined) return [];
  const prefix = stoppedTaskPrefix(database, program);
  const keys: string[] = [];
  for await (const { key } of statusStore.list(prefix, { after: `${prefix}${stampOf(since)}` }))
    keys.push(key);
  const read = await pLimit(DOCUMENTS_AT_A_TIME).map(keys.slice(-RUNS_AT_MOST), async (key) => {
    return stoppedTaskSchema.safeParse(await readJson(statusStore, key)).data;
  });
  return read.filter((task) => task !== undefined);
}
