/** What is wrong with the installation as a whole, by the alarm that tells of it. Pure. */
import { humanSeconds } from '../../contract/human';
import type { Status } from '../../contract/status';
import { bySeverity, counted, firstOf, problemOf, quoted, type Trouble } from './trouble';

/** @param differences of what protects the bucket, against what was deployed */
export function protectionTroubles(differences: readonly string[]): Trouble[] {
  if (differences.length === 0) return [];
  const text = `${counted(differences.length, 'protection')} of the bucket or its key not as deployed: ${quoted(firstOf(differences))}`;
  return [{ alarm: 'GuardrailChanged', database: null, text }];
}

/** @param addresses that never confirmed */
export function addressTroubles(addresses: readonly string[]): Trouble[] {
  if (addresses.length === 0) return [];
  const text = `No alarm reaches ${firstOf(addresses)}: never confirmed.`;
  return [{ alarm: 'SubscriptionUnconfirmed', database: null, text }];
}

/** Whether a newer one should be there: what it says may no longer hold. */
export function isOld({ nextBy }: Pick<Status, 'nextBy'>, now: Date): boolean {
  return nextBy !== null && new Date(nextBy) < now;
}

/** As it is, or past its time with that problem before all others. */
export function asReadAt(status: Status, now: Date): Status {
  if (!isOld(status, now)) return status;
  const age = humanSeconds((now.getTime() - Date.parse(status.madeAt)) / 1000);
  const text = `This status is ${age} old, and no newer one was made: the monitor is silent.`;
  const silent = problemOf({ alarm: 'MonitorSilent', database: null, text }, status.runbook);
  return { ...status, problems: [silent, ...status.problems] };
}

export function problemsOfAll(
  ofInstallation: readonly Trouble[],
  databases: Status['databases'],
  runbookUrl: string | null,
): Status['problems'] {
  const own = ofInstallation.map((trouble) => problemOf(trouble, runbookUrl));
  return bySeverity([...own, ...databases.flatMap(({ problems }) => problems)]);
}
