/** The facts that an auditor asks for: read, judged, and nothing claimed beyond them. */
import {
  COMPLIANCE_VERSION,
  complianceSchema,
  type BackupsInPeriod,
  type Compliance,
  type ComplianceException,
  type DrillsInPeriod,
  type Period,
} from '../../contract/compliance';
import { TOOL_VERSION } from '../../contract/tool-version';
import type { Clock } from '../../runtime/clock';
import { isFromTheFuture, type BelievedPoint } from '../recovery-points';
import { actionsOf } from './actions';
import { backupsOf, isWithin, keptClasses } from './backups';
import { drillsOf } from './drills';
import * as found from './exceptions';
import { gather, type ComplianceSources } from './gather';
import type { Gathered } from './gathered';
import { encryptionFacts, lockFacts } from './protection-facts';

export type { ComplianceSources } from './gather';

/** @throws Failure `store-failed`, see gather */
export async function complianceReport(
  sources: ComplianceSources & { readonly clock: Clock },
  period: Period,
): Promise<Compliance> {
  const now = sources.clock.now();
  // What has not happened yet is nobody's fault.
  const until = new Date(Math.min(period.until.getTime(), now.getTime()));
  return judged(await gather(sources, period, now), { since: period.since, until }, now);
}

/** Pure. */
export function judged(gathered: Gathered, period: Period, now: Date): Compliance {
  const { protection, points, locks, audit } = gathered;
  const believed = believedOf(gathered, now);
  const report = {
    encryption: encryptionFacts(protection),
    retention: lockFacts(protection),
    classes: points.denied === undefined ? keptClasses(believed) : null,
    locks: locks.denied === undefined ? locks.value : null,
    backups: backupsIn(gathered, believed, period),
    drills: drillsIn(gathered, believed, period),
    actions:
      audit.denied === undefined ? actionsOf(audit.value.entries, period, gathered.breakGlassRole) : null,
  };
  return complianceSchema.parse({
    ...{ type: 'backstop-compliance', version: COMPLIANCE_VERSION, store: gathered.store },
    ...{ madeAt: now.toISOString(), toolVersion: TOOL_VERSION },
    period: { since: period.since.toISOString(), until: period.until.toISOString() },
    ...report,
    exceptions: exceptionsOf(gathered, report, period),
  });
}

/** A point from the future was made under a wrong clock. */
function believedOf({ points }: Gathered, now: Date): BelievedPoint[] {
  if (points.denied !== undefined) return [];
  return points.value.filter(
    (point): point is BelievedPoint =>
      point.state !== 'faulty' && !isFromTheFuture(new Date(point.manifest.snapshotAt), now),
  );
}

/** Of the settings, and whatever left something in the store. */
function databasesOf({ objectives = {}, points, audit, drills }: Gathered): string[] {
  const named = [...(points.value ?? []), ...(drills.value ?? []), ...(audit.value?.entries ?? [])].map(
    ({ database }) => database,
  );
  return [...new Set([...Object.keys(objectives), ...named])].sort();
}

function backupsIn(
  gathered: Gathered,
  believed: readonly BelievedPoint[],
  period: Period,
): BackupsInPeriod[] | null {
  if (gathered.points.denied !== undefined) return null;
  const { audit, objectives } = gathered;
  return databasesOf(gathered).map((database) => {
    const isOf = (each: { readonly database: string }) => each.database === database;
    const sources = {
      points: believed.filter(isOf),
      audit: audit.value?.entries.filter(isOf),
      objectives: objectives?.[database],
    };
    return backupsOf(database, sources, period);
  });
}

function drillsIn(
  gathered: Gathered,
  believed: readonly BelievedPoint[],
  period: Period,
): DrillsInPeriod[] | null {
  const { drills, objectives } = gathered;
  const log = drills.value;
  if (log === undefined || log === null) return null;
  return databasesOf(gathered).map((database) => {
    const ofDatabase = log.filter((entry) => entry.database === database);
    const first = believed
      .filter((point) => point.database === database)
      .map(({ manifest }) => manifest.finishedAt);
    const since = firstNeed(first, period);
    return drillsOf(database, ofDatabase, objectives?.[database], { since, until: period.until });
  });
}

/** Before its first point a database had nothing to prove. */
function firstNeed(finished: readonly string[], { since, until }: Period): Date {
  const [first] = finished.map((at) => Date.parse(at)).sort((a, b) => a - b);
  if (first === undefined) return since;
  return new Date(Math.min(Math.max(since.getTime(), first), until.getTime()));
}

type Judged = Pick<Compliance, 'encryption' | 'retention' | 'locks' | 'backups' | 'drills'>;

function exceptionsOf(
  gathered: Gathered,
  { encryption, retention, locks, backups, drills }: Judged,
  period: Period,
): ComplianceException[] {
  const isInPeriod = (instant: string) => isWithin(instant, period);
  const log = gathered.drills.value?.filter(({ at }) => isInPeriod(at)) ?? [];
  const parts = {
    manifests: gathered.points,
    locks: gathered.points.denied === undefined ? gathered.locks : {},
    evidence: gathered.drills,
    audit: gathered.audit,
  };
  return [
    ...found.ofUnread(parts),
    ...found.ofFacts([...encryption, ...retention]),
    ...gathered.differences.map((text) =>
      found.exception('protection', null, `Not as it was deployed: ${text}`),
    ),
    ...found.ofManifests(gathered.points.value ?? []),
    ...found.ofLocks(locks),
    ...found.ofBackups(backups ?? []),
    ...found.ofUnprovenRuns(gathered, isInPeriod),
    ...found.ofDrillLog(log),
    ...found.ofDrills(drills ?? []),
    ...(gathered.drills.value === null
      ? [
          found.exception(
            'proof',
            null,
            'Nobody was named whose evidence is believed: no drill is looked at.',
          ),
        ]
      : []),
    ...found.ofAudit(gathered),
  ];
}
