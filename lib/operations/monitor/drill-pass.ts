/** What is urgent about the drills of one database: how old the newest proof's data is, and whether drills fail. */
import { NO_POINT_AGE_HOURS } from '../../contract/metrics';
import type { Evidence } from '../../contract/evidence';
import type { CheckedPoint } from './check-newest';
import type { Measured } from './measured';
import type { MonitorTools } from './monitor-tools';
import { ageOf } from './point-gauges';
import { readRunHistory } from './read-run-history';
import { failedRuns, type Run } from './run-history';
import { toldDrills, type ToldDrill } from './told-drills';

/** A hundred failures say what a thousand do. */
const FAILURES_AT_MOST = 100;

/** @param newest undefined where there is no point @throws Failure `store-failed` */
export async function drillPass(
  database: string,
  { expectedMinutes }: { readonly expectedMinutes: number },
  newest: CheckedPoint | undefined,
  tools: MonitorTools,
  now: Date,
): Promise<Measured> {
  const { store, statusStore, reporter } = tools;
  const { proof, failedSince } = await newestProof(database, newest, tools, now);
  const history = await readRunHistory({
    ...{ store, statusStore, program: 'drill', database, now },
    newest: proof?.evidence,
  });
  const runs = withNewerFailures(history.runs, proof === undefined ? [] : failedSince);
  const failed = failedRuns({ ...history, runs }, expectedMinutes, now);
  for (const text of failed) reporter.warn(`${database}, drill: ${text}`, { database });
  return {
    provenPointAge: proof === undefined ? NO_POINT_AGE_HOURS : ageOf(proof.proves, now),
    failedDrills: failed.length,
    drillRestoreSeconds: proof?.evidence.restoreSeconds ?? 0,
  };
}

/**
 * A proof counts while its point can still be restored: neither expired nor known to be damaged since. Failures are those
 * of newer points, and of the proven one those that began later.
 */
async function newestProof(
  database: string,
  newest: CheckedPoint | undefined,
  tools: MonitorTools,
  now: Date,
): Promise<{ readonly proof: ToldDrill | undefined; readonly failedSince: readonly Evidence[] }> {
  const failedSince: Evidence[] = [];
  for await (const drill of toldDrills(database, newest?.point, tools, now)) {
    const { evidence, proves } = drill;
    const isDamaged = proves !== undefined && proves.id === newest?.point.id && !newest.check.whole;
    if (proves?.state === 'valid' && !isDamaged) return { proof: drill, failedSince };
    if (evidence.outcome === 'failed' && failedSince.length < FAILURES_AT_MOST) failedSince.push(evidence);
  }
  return { proof: undefined, failedSince };
}

/**
 * A point that failed its drill is not made up for by a proof of an older one, whenever either began and ended. Each run
 * once: of most the audit tells as well.
 */
function withNewerFailures(runs: readonly Run[], failures: readonly Evidence[]): Run[] {
  const audited = new Map(runs.map((run) => [run.id, run]));
  const newer = failures.map(({ id, point, finishedAt, exitCode }) => {
    const failure = `nothing as new as ${point} is proven`;
    const ended = audited.get(id)?.ended ?? { at: new Date(finishedAt), exitCode, failure };
    return { id, ended, ofNewerPoint: true };
  });
  const ids = new Set(newer.map(({ id }) => id));
  return [...runs.filter(({ id }) => !ids.has(id)), ...newer];
}
