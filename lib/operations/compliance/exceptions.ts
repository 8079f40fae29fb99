/** What does not conform, each in a sentence: also what nobody could look at. Pure. */
import type {
  BackupsInPeriod,
  Compliance,
  ComplianceException,
  DrillsInPeriod,
  Fact,
} from '../../contract/compliance';
import { humanSeconds } from '../../contract/human';
import type { DrillLogEntry } from '../drill-log';
import type { RecoveryPoint } from '../recovery-points';
import type { Gathered, Read } from './gathered';
import { OPTIONAL_FACTS } from './protection-facts';

type Kind = ComplianceException['kind'];
const HOUR_SECONDS = 3600;

export function exception(kind: Kind, database: string | null, text: string): ComplianceException {
  return { kind, database, text };
}

/** Only what was seen may conform. */
export function ofFacts(facts: readonly Fact[]): ComplianceException[] {
  return facts
    .filter(({ name, state }) => state !== 'seen' && !(state === 'absent' && OPTIONAL_FACTS.includes(name)))
    .map(({ name, state, text }) =>
      state === 'could not be read'
        ? exception('not read', null, `${name} could not be read: ${text}`)
        : exception('protection', null, `${name}: ${text}`),
    );
}

export function ofUnread(
  parts: Readonly<Record<string, Pick<Read<unknown>, 'denied'>>>,
): ComplianceException[] {
  return Object.entries(parts).flatMap(([name, { denied }]) =>
    denied === undefined ? [] : [exception('not read', null, `${name} could not be read: ${denied}`)],
  );
}

export function ofManifests(points: readonly RecoveryPoint[]): ComplianceException[] {
  return points.flatMap((point) => [
    ...(point.state === 'faulty' ? [exception('manifest', point.database, point.fault)] : []),
    ...(point.hidden
      ? [exception('manifest', point.database, `A delete marker stands above the manifest of ${point.id}.`)]
      : []),
  ]);
}

export function ofLocks(locks: Compliance['locks']): ComplianceException[] {
  return (locks?.faults ?? []).map(({ database, point, retainUntil, lockedUntil, objects }) => {
    const locked = lockedUntil === null ? 'not locked at all' : `locked until ${lockedUntil} only`;
    const count = objects === 1 ? '1 object is' : `${objects} objects are`;
    return exception('unlocked', database, `${point}: ${count} ${locked}; promised until ${retainUntil}.`);
  });
}

export function ofBackups(backups: readonly BackupsInPeriod[]): ComplianceException[] {
  return backups.flatMap((of) => [...gapsOf(of), ...slotsOf(of)]);
}

function gapsOf(of: BackupsInPeriod): ComplianceException[] {
  const { database, longestGapHours: gap, longestGapFrom, rpoHours, points } = of;
  if (gap === null)
    return [exception('gap', database, 'There was no recovery point in the period, nor before it.')];
  const none = points === 0 ? [exception('gap', database, 'No recovery point was made in the period.')] : [];
  if (rpoHours === null || gap <= rpoHours) return none;
  const text = `For ${hours(gap)} from ${longestGapFrom ?? ''} on there was no newer recovery point; the objective is ${hours(rpoHours)}.`;
  return [...none, exception('gap', database, text)];
}

function slotsOf({ database, slots }: BackupsInPeriod): ComplianceException[] {
  if (slots === null || slots.served >= slots.due) return [];
  const text = `${slots.due - slots.served} of ${slots.due} slots of the schedule have no recovery point.`;
  return [exception('slots', database, text)];
}

/** A run that says that it was good must have left a signed manifest. */
export function ofUnprovenRuns(
  { points, audit }: Pick<Gathered, 'points' | 'audit'>,
  isInPeriod: (instant: string) => boolean,
): ComplianceException[] {
  if (points.denied !== undefined || audit.denied !== undefined) return [];
  const known = new Set(points.value.map(({ database, id }) => `${database}/${id}`));
  return audit.value.entries
    .filter(
      ({ program, exitCode, what, at }) =>
        program === 'backup' && exitCode === 0 && what === null && isInPeriod(at),
    )
    .filter(({ database, id }) => !known.has(`${database}/${id}`))
    .map(({ database, id }) =>
      exception('backup', database, `The audit says that ${id} was backed up; its manifest is not there.`),
    );
}

export function ofAudit({ audit }: Pick<Gathered, 'audit'>): ComplianceException[] {
  if (audit.denied !== undefined) return [];
  return audit.value.unreadable.map(({ database, key, fault }) =>
    exception('audit', database, `${key} cannot be read: ${fault}`),
  );
}

export function ofDrillLog(log: readonly DrillLogEntry[]): ComplianceException[] {
  return log
    .filter(({ standing }) => standing !== 'proven')
    .map(({ database, drill, point, standing, fault }) =>
      exception(
        'drill',
        database,
        `Drill ${drill} of ${point} ${STANDINGS[standing]}: ${fault ?? 'it says not why'}`,
      ),
    );
}

const STANDINGS: Readonly<Record<DrillLogEntry['standing'], string>> = {
  proven: 'proved it',
  failed: 'failed',
  unsigned: 'proves nothing, it is unsigned',
  'not believed': 'is not believed',
  'other manifest': 'proves nothing',
};

export function ofDrills(drills: readonly DrillsInPeriod[]): ComplianceException[] {
  return drills.flatMap((of) => [...proofsOf(of), ...restoreTimesOf(of)]);
}

function proofsOf({ database, proven, provenWithinHours, longestWithoutProofHours: oldest }: DrillsInPeriod) {
  if (proven === 0) return [exception('proof', database, 'No drill proved a recovery point in the period.')];
  if (provenWithinHours === null || oldest <= provenWithinHours) return [];
  const text = `What was proven grew ${hours(oldest)} old; ${hours(provenWithinHours)} are accepted.`;
  return [exception('proof', database, text)];
}

function restoreTimesOf({ database, restoreSeconds, rtoMinutes }: DrillsInPeriod): ComplianceException[] {
  if (restoreSeconds === null || rtoMinutes === null) return [];
  const { maximum } = restoreSeconds;
  if (maximum <= rtoMinutes * 60) return [];
  const text = `A restore took ${humanSeconds(maximum)}; the objective is ${humanSeconds(rtoMinutes * 60)}.`;
  return [exception('restore time', database, text)];
}

export function hours(count: number): string {
  return humanSeconds(count * HOUR_SECONDS);
}
