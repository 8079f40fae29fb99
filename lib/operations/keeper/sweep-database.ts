/**
 * The daily sweep over one database: locks what was missed, puts the newest proven point on hold, releases older ones,
 * and then tags what may go. In this order, so that nothing is let go before what takes its place is safe.
 */
import pLimit from 'p-limit';
import { Failure } from '../../contract/failure';
import type { RecoveryPointId } from '../../contract/recovery-point-id';
import type { ObjectVersion } from '../../runtime/protected-objects';
import { mayBeTagged, newestWhole, type KeptPoint } from './expiry-rule';
import type { Findings } from './findings';
import { refuseGone } from './gone-objects';
import { holdNewestProven, releasePoint } from './hold-point';
import type { KeeperTools } from './keeper-tools';
import { lockPoint } from './lock-point';
import type { Dump } from './stored-dumps';
import { anyTagged, isAbandoned, isTagged, tagAll, tagOrphan } from './tag-point';

export interface Swept {
  /** Points whose locks were confirmed. */
  readonly locked: number;
  /** Points that are proven, and confirmed to be on hold. */
  readonly held: number;
  /** Points whose holds were taken away. */
  readonly released: number;
  /** Points that got the tag. */
  readonly tagged: number;
  /** Dumps without a manifest that got it. */
  readonly orphansTagged: number;
}

interface SweptPoint extends KeptPoint {
  /** All that is there of it; empty for one that is tagged already. */
  readonly versions: readonly ObjectVersion[];
}

const POINTS_AT_A_TIME = 4;

/** One dump that fails does not keep the others from being swept. */
export class DatabaseSweep {
  /** Points that the sweep has no work with: tagged already, or without an object. */
  private settled: readonly Dump[] = [];

  constructor(
    private readonly database: string,
    private readonly dumps: readonly Dump[],
    private readonly tools: KeeperTools,
    private readonly findings: Findings,
  ) {}

  async run(): Promise<Swept> {
    const attempted = await this.each(this.dumps, (dump) => this.lock(dump));
    const points = attempted.filter((point) => point !== undefined);
    const hold = await this.findings.attempt(holdNewestProven(this.database, this.tools, this.findings));
    // Where it is not known what is proven, nothing is let go.
    const released = hold === undefined ? 0 : await this.releaseOlderThan(hold.proven);
    const tagged = hold === undefined ? 0 : await this.tagOld(points, hold.proven);
    const orphansTagged = await this.tagOrphans();
    this.settled = this.dumps.filter(
      ({ stored }, index) => stored.length === 0 || attempted[index]?.state === 'tagged',
    );
    const locked = points.filter(({ state }) => state === 'whole').length;
    return { locked, held: hold?.proven === undefined ? 0 : 1, released, tagged, orphansTagged };
  }

  /** After run. Reads the manifest of every point that is not past its time, so it comes last of all. */
  async lookForGone(): Promise<void> {
    await this.each(this.settled, async ({ manifestKey, ...dump }) => {
      if (manifestKey !== undefined) await refuseGone({ ...dump, manifestKey }, this.tools);
    });
  }

  /** @returns undefined for a dump without a manifest, or a manifest without a dump */
  private async lock({ id, stored, manifestKey }: Dump): Promise<SweptPoint | undefined> {
    if (manifestKey === undefined || stored.length === 0) return undefined;
    if (await isTagged(stored, this.tools.keeper)) return { id, state: 'tagged', versions: [] };
    const { versions, whole } = await lockPoint(manifestKey, this.tools);
    return { id, state: whole ? 'whole' : 'remains', versions };
  }

  private async releaseOlderThan(proven: RecoveryPointId | undefined): Promise<number> {
    if (proven === undefined) return 0;
    const older = this.dumps.filter(({ id }) => id < proven);
    return count(await this.each(older, (dump) => releasePoint(dump, proven, this.tools)));
  }

  private async tagOld(points: readonly SweptPoint[], proven: RecoveryPointId | undefined): Promise<number> {
    const now = this.tools.clock.now();
    const newest = newestWhole(points, now);
    if (newest !== undefined && newest.id !== proven) await this.findings.attempt(this.refuseTagged(newest));
    const drilled = this.tools.drilledDatabases.includes(this.database);
    const old = mayBeTagged(points, { now, drilled, proven });
    const toTag = old.filter(({ versions }) => versions.length > 0);
    return count(await this.each(toTag, ({ versions }) => tagAll(versions, this.tools.keeper)));
  }

  /** The newest point carries no tag, unless somebody else set it or all newer ones are gone. */
  private async refuseTagged({ id, state, versions }: SweptPoint): Promise<void> {
    if (state !== 'tagged' && !(await anyTagged(versions, this.tools.keeper))) return;
    throw new Failure(
      'stored-data-faulty',
      `${id} is the newest point that can be relied on, and it is tagged to expire. Back up now.`,
    );
  }

  private async tagOrphans(): Promise<number> {
    const now = this.tools.clock.now();
    const orphans = this.dumps.filter((dump) => isAbandoned(dump, now));
    return count(await this.each(orphans, (dump) => tagOrphan(dump, this.tools.keeper)));
  }

  private each<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<(R | undefined)[]> {
    return pLimit(POINTS_AT_A_TIME).map(items, (item) => this.findings.attempt(work(item)));
  }
}

function count(done: readonly (boolean | undefined)[]): number {
  return done.filter((changed) => changed === true).length;
}
