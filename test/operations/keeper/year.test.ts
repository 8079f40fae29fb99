/**
 * A year of nights with the lifecycle rules of the synthesized bucket: backups that fail for three months, drills that fail
 * for two, a keeper that is dead for two weeks, and delete markers and forged proofs all along. The newest proven point is
 * always there and on hold, nothing goes before its time, and everything else goes soon after something newer is proven.
 */
import type { Evidence } from '../../../lib/contract/evidence';
import { newestWith, retentionClassFor, type NewestByClass } from '../../../lib/contract/retention';
import { Findings } from '../../../lib/operations/keeper/findings';
import { keepPoint, keepProof } from '../../../lib/operations/keeper/keep';
import type { Signer } from '../../../lib/runtime/signer';
import { KeeperBench, makeSigners, type Signers } from '../../support/keeper-bench';
import { manifestKeyOf, prefixOf, type MadePoint } from '../../support/made-point';
import type { LifecycleRule } from '../../support/model-bucket';
import { storageTemplate } from '../../support/synthesize';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NEW_YEAR = Date.parse('2026-01-01T00:00:00Z');
const KEEP = { daily: 14, weekly: 35, monthly: 100 } as const;
const DEFAULT_LOCK_DAYS = 7;
const OBJECTS = 4;
/** What lifecycle takes, after a point's time has come and the keeper let it go. */
const GRACE_DAYS = 4;

const backupsFail = (day: number) => day >= 100 && day < 192;
const keeperIsDead = (day: number) => day >= 250 && day < 264;
const drillsFail = (day: number) => (day >= 275 && day < 336) || day % 9 === 4;
const DRILLED_BY_HAND = 20;
/** Which point a night's drill takes: the newest, or one of the nights before. */
const pointsBack = (day: number) => [0, 0, 1, 0, 3][day % 5] ?? 0;

interface YearsPoint {
  readonly point: MadePoint;
  readonly prefix: string;
  readonly id: string;
  readonly until: Date;
  isProven: boolean;
  /** Since a sweep saw that something newer is proven. */
  freeSince: Date | undefined;
}

class Year {
  readonly points: YearsPoint[] = [];
  readonly told = new Findings();
  private newest: NewestByClass = {};

  /** @param drilled whether drills run for the database */
  constructor(
    readonly bench: KeeperBench,
    private readonly signers: Signers,
    private readonly drilled: boolean,
  ) {}

  /** What is true, whatever the keeper thinks. */
  get newestProven(): YearsPoint | undefined {
    return this.points.findLast(({ isProven }) => isProven);
  }

  /** Nothing goes that is as new, or newer. */
  private get reliedOn(): YearsPoint | undefined {
    return this.drilled ? this.newestProven : this.points.at(-1);
  }

  at(day: number, hour: number): void {
    this.bench.now = new Date(NEW_YEAR + day * DAY_MS + hour * HOUR_MS);
  }

  async backup(keeperHears: boolean): Promise<void> {
    const { now } = this.bench;
    const retentionClass = retentionClassFor(now, this.newest, KEEP);
    this.newest = newestWith(this.newest, retentionClass, now);
    const days = KEEP[retentionClass as keyof typeof KEEP];
    const point = { startedAt: now, class: retentionClass, days };
    const until = new Date(now.getTime() + days * DAY_MS);
    const prefix = prefixOf(point);
    const id = prefix.split('/')[4]!;
    this.points.push({ point, prefix, id, until, isProven: false, freeSince: undefined });
    const key = await this.bench.put(point);
    if (keeperHears) await keepPoint(key, this.bench.tools);
  }

  async drill(back: number, outcome: Evidence['outcome'], keeperHears: boolean): Promise<void> {
    const drilled = this.points.at(-1 - back);
    if (drilled === undefined) return;
    const failure = outcome === 'proven' ? {} : { exitCode: 10, failure: 'a row is missing' };
    const key = await this.bench.prove(drilled.point, { outcome, ...failure });
    drilled.isProven ||= outcome === 'proven';
    if (keeperHears) await keepProof(key, this.bench.tools, this.told);
  }

  /** Proof of the newest point that is none: by whoever may sign manifests, and one of another manifest. */
  async forge(keeperHears: boolean): Promise<void> {
    const { point } = this.points.at(-1)!;
    const forgeries: [Partial<Evidence>, Signer][] = [
      [{}, this.signers.manifests],
      [{ manifestSha256: 'f'.repeat(64) }, this.signers.evidence],
    ];
    for (const [changes, signer] of forgeries) {
      this.bench.now = new Date(this.bench.now.getTime() + HOUR_MS);
      const key = await this.bench.prove(point, changes, signer);
      if (keeperHears) await this.told.attempt(keepProof(key, this.bench.tools, this.told));
    }
  }

  async sweep(): Promise<void> {
    const { faults, refused } = await this.bench.sweep();
    this.told.faults.push(...faults);
    this.told.refused.push(...refused);
    const { reliedOn } = this;
    for (const point of this.points)
      if (reliedOn !== undefined && point.id < reliedOn.id) point.freeSince ??= this.bench.now;
  }

  /** Above every object of the bucket. */
  async placeDeleteMarkers(): Promise<void> {
    for (const { key } of await Array.fromAsync(this.bench.bucket.list('')))
      this.bench.bucket.placeDeleteMarker(key);
  }

  /** Points that have lost something though nothing newer is relied on, or their time has not come. */
  async lost(): Promise<string[]> {
    const there = await this.objectsThere();
    const { newestProven, reliedOn, bench } = this;
    const mustBeThere = (point: YearsPoint) =>
      point === newestProven || point.id >= (reliedOn?.id ?? '') || bench.now < point.until;
    return this.points
      .filter((point) => mustBeThere(point) && (there.get(point.prefix) ?? 0) < OBJECTS)
      .map(({ prefix }) => `${this.bench.now.toISOString()}: ${prefix}`);
  }

  /** Points of which something is left though their time has come, and something newer is relied on. */
  async overdue(): Promise<string[]> {
    const there = await this.objectsThere();
    const isLate = ({ until, freeSince }: YearsPoint) =>
      freeSince !== undefined &&
      this.bench.now.getTime() - Math.max(until.getTime(), freeSince.getTime()) > GRACE_DAYS * DAY_MS;
    return this.points
      .filter((point) => point !== this.newestProven && isLate(point) && there.has(point.prefix))
      .map(({ prefix }) => `${this.bench.now.toISOString()}: ${prefix}`);
  }

  /** Proven points that are whole and on hold: with every object, their manifest, and evidence. */
  async safe(): Promise<YearsPoint[]> {
    const held = new Set(await this.bench.held());
    const provenNow = this.points.filter(({ isProven }) => isProven);
    return provenNow.filter(({ point, prefix, id }) => {
      const keys = [...held];
      const evidence = `evidence/postgres/shop/${id}/`;
      const objects = keys.filter((key) => key.startsWith(prefix)).length;
      return (
        objects === OBJECTS && held.has(manifestKeyOf(point)) && keys.some((key) => key.startsWith(evidence))
      );
    });
  }

  /** Prefixes of points of which anything at all is on hold. */
  async heldPrefixes(): Promise<string[]> {
    const keys = await this.bench.held('points/');
    return [...new Set(keys.map((key) => key.split('/').slice(0, 5).join('/').concat('/')))];
  }

  /** By prefix: how many objects are there, hidden or not. */
  private async objectsThere(): Promise<Map<string, number>> {
    const keys = (await Array.fromAsync(this.bench.bucket.list('points/'))).map(({ key }) => key);
    const byPoint = Map.groupBy(new Set(keys), (key) => key.split('/').slice(0, 5).join('/').concat('/'));
    return new Map([...byPoint].map(([prefix, ofPoint]) => [prefix, ofPoint.length]));
  }
}

function synthesizedRules(): LifecycleRule[] {
  const template = storageTemplate({
    databases: { shop: { connection: 'elsewhere', keepDays: KEEP } },
    lock: { days: DEFAULT_LOCK_DAYS },
  });
  const [bucket] = Object.values(
    template.findResources('AWS::S3::Bucket', { Properties: { ObjectLockEnabled: true } }),
  );
  return bucket?.['Properties'].LifecycleConfiguration.Rules as LifecycleRule[];
}

async function newYear(drilled: boolean): Promise<Year> {
  const signers = await makeSigners();
  const setup = { defaultLockDays: DEFAULT_LOCK_DAYS, longestLockDays: KEEP.monthly + 1 };
  const drilledDatabases = drilled ? ['shop'] : [];
  return new Year(await KeeperBench.make(signers, { ...setup, drilledDatabases }), signers, drilled);
}

test.each([
  ['with drills every night', true],
  ['with one drill by hand', false],
])(
  '%s the newest proven point stays and is held, none goes before its time, and all others go',
  async (_, drilled) => {
    const year = await newYear(drilled);
    const rules = synthesizedRules();
    expect(rules.length).toBeGreaterThan(3);
    for (let day = 0; day < 365; day++) {
      const keeperLives = !keeperIsDead(day);
      const expectSafe = async () => {
        expect(await year.lost()).toEqual([]);
        if (year.newestProven === undefined) return;
        const safe = await year.safe();
        expect([day, safe.length > 0]).toEqual([day, true]);
        if (keeperLives && !keeperIsDead(day - 1)) expect(safe).toContain(year.newestProven);
      };
      year.at(day, 0);
      year.bench.bucket.runLifecycle(rules);
      await expectSafe();
      expect(await year.overdue()).toEqual([]);
      year.at(day, 2);
      if (!backupsFail(day)) await year.backup(keeperLives);
      year.at(day, 4);
      if (drilled || day === DRILLED_BY_HAND)
        await year.drill(pointsBack(day), drillsFail(day) ? 'failed' : 'proven', keeperLives);
      await expectSafe();
      if (day % 10 === 3) await year.placeDeleteMarkers();
      year.at(day, 6);
      if (drilled && day % 6 === 1) await year.forge(keeperLives);
      year.at(day, 22);
      if (keeperLives) await year.sweep();
      await expectSafe();
      if (keeperLives)
        expect(await year.heldPrefixes()).toEqual(
          year.newestProven === undefined ? [] : [year.newestProven.prefix],
        );
    }
    expect(year.told.faults).toEqual([]);
    expect(year.told.refused.length > 0).toBe(drilled);
    expect(year.points).toHaveLength(365 - 92);
  },
);
