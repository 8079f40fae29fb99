/** A look at the stored objects of a point that is known by the index: what it should be, its own signed manifest says. */
import type { Manifest } from '../../contract/manifest';
import type { IndexedPoint } from '../../contract/point-index';
import type { KnownBelievedPoint } from '../point-index/known-points';
import { shortText } from '../point-index/point-facts';
import { readPoint, type BelievedPoint } from '../recovery-points';
import type { CheckTools } from './check-newest';
import type { MonitorTools } from './monitor-tools';
import { isWhole, pointFindings } from './point-findings';
import { seePoint, type SeenPoint } from './see-point';

export interface Look {
  readonly point: BelievedPoint<Manifest>;
  readonly seen: SeenPoint;
}

/** undefined where its manifest is believed no more. */
export type LookAt = (point: KnownBelievedPoint) => Promise<Look | undefined>;

/** With what it names: thousands of points did not fit into memory so. @throws Failure `store-failed` */
export async function lookAt(
  { key, database, id, hidden }: KnownBelievedPoint,
  tools: MonitorTools,
  now: Date,
): Promise<Look | undefined> {
  const point = await readPoint(tools.store, await tools.trust(), { key, database, id, hidden }, now);
  return point.state === 'faulty' ? undefined : { point, seen: await seePoint(point, tools) };
}

/** What several parts of a pass look at is looked at once. */
export function sharedLooks(tools: MonitorTools, now: Date): LookAt {
  const looks = new Map<string, Promise<Look | undefined>>();
  return (point) => {
    const look = looks.get(point.key) ?? lookAt(point, tools, now);
    looks.set(point.key, look);
    return look;
  };
}

/** What is remembered of a look. */
export function checkOf(
  { seen }: Look,
  { defaultLockDays }: Pick<CheckTools, 'defaultLockDays'>,
  now: Date,
): NonNullable<IndexedPoint['check']> {
  const findings = pointFindings(seen, defaultLockDays, now);
  const faults = findings.filter(({ severity }) => severity === 'fault');
  const [first] = faults;
  const { bytes, storageClass } = seen;
  return {
    ...{ at: now.toISOString(), whole: isWhole(findings), faults: faults.length, bytes, storageClass },
    text: first === undefined ? null : shortText(`${first.subject} ${first.text}`),
  };
}
