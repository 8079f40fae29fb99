/** What is urgent about the drills of one database: how old the newest proof's data is, and whether drills fail. */
import { NO_POINT_AGE_HOURS } from '../../contract/metrics';
import type { Evidence } from '../../contract/evidence';
import type { CheckedPoint } from './check-newest';
import type { Measured } from './measured';
import type { MonitorTools } from './monitor-tools';
import { ageOf } from './point-gauges';
import { readRunHistory } from './read-run-history';
import { failedRuns } from './run-history';
import { toldDrills, type ToldDrill } from './told-drills';

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
  const failed = [...failedRuns(history, expectedMinutes, now), ...unprovenSince(proof, failedSince)];
  for (const text of failed) reporter.warn(`${database}, drill: ${text}`, { database });
  return {
    provenPointAge: proof === undefined ? NO_POINT_AGE_HOURS : ageOf(proof.proves, now),
    failedDrills: failed.length,
    drillRestoreSeconds: proof?.evidence.restoreSeconds ?? 0,
  };
}

/** A proof counts while its point can still be restored: neither expired nor known to be damaged since. */
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
    if (evidence.outcome === 'failed') failedSince.push(evidence);
  }
  return { proof: undefined, failedSince };
}

/**
 * A point that failed its drill is not made up for by a proof of an older one, however late that came. Drills after the
 * proof tell of themselves in the audit.
 */
function unprovenSince(proof: ToldDrill | undefined, failed: readonly Evidence[]): string[] {
  if (proof === undefined) return [];
  const { point, finishedAt } = proof.evidence;
  return failed
    .filter((evidence) => evidence.point > point && evidence.finishedAt <= finishedAt)
    .map(
      ({ id, point: of, exitCode }) => `run ${id} ended with ${exitCode}: nothing as new as ${of} is proven`,
    );
}
