/** What drills proved in a period. Only signed evidence that is believed counts. Pure. */
import type { DrillsInPeriod, Period } from '../../contract/compliance';
import type { Evidence } from '../../contract/evidence';
import type { DrillLogEntry } from '../drill-log';
import { isWithin } from './backups';
import type { Objectives } from './gathered';

const HOUR = 3_600_000;

/**
 * @param log of this database, newest first
 * @param since when there was something to prove, or when the period begins
 */
export function drillsOf(
  database: string,
  log: readonly DrillLogEntry[],
  objectives: Objectives | undefined,
  { since, until }: Period,
): DrillsInPeriod {
  const held = log.filter(({ at }) => isWithin(at, { since, until }));
  const proofs = held.flatMap(({ standing, evidence }) =>
    standing === 'proven' && evidence !== null ? [evidence] : [],
  );
  const failed = held.filter(({ standing }) => standing === 'failed').length;
  const [newest] = proofs;
  return {
    ...{ database, proven: proofs.length, failed, noProof: held.length - proofs.length - failed },
    newestProof: newest ? { drill: newest.id, point: newest.point, at: newest.finishedAt } : null,
    restoreSeconds: spreadOf(proofs.map(({ restoreSeconds }) => restoreSeconds)),
    rtoMinutes: objectives?.rtoMinutes ?? null,
    longestWithoutProofHours: longestWithout(proofs, { since, until }) / HOUR,
    provenWithinHours: objectives?.provenWithinHours ?? null,
    points: [...new Set(proofs.map(({ point }) => point))],
  };
}

/** The oldest that the newest proven data ever was; before the first proof counted from the beginning. */
function longestWithout(proofs: readonly Evidence[], { since, until }: Period): number {
  const inOrder = [...proofs].sort((a, b) => Date.parse(a.finishedAt) - Date.parse(b.finishedAt));
  let provenAsOf = since.getTime();
  let longest = 0;
  for (const { snapshotAt, finishedAt } of inOrder) {
    longest = Math.max(longest, Math.min(Date.parse(finishedAt), until.getTime()) - provenAsOf);
    provenAsOf = Math.max(provenAsOf, Date.parse(snapshotAt));
  }
  return Math.max(longest, until.getTime() - provenAsOf, 0);
}

function spreadOf(values: readonly number[]): DrillsInPeriod['restoreSeconds'] {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const [low = 0, high = 0] = [
    sorted[Math.ceil(sorted.length / 2) - 1],
    sorted[Math.floor(sorted.length / 2)],
  ];
  return { minimum: sorted[0] ?? 0, median: (low + high) / 2, maximum: sorted.at(-1) ?? 0 };
}
