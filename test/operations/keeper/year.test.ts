/**
 * A year of nights with the lifecycle rules of the synthesized bucket: backups that fail for three months, a keeper that is
 * dead for two weeks, and delete markers all along. The newest point is always there, nothing goes before its time, and
 * everything else goes soon after it.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { RetentionClass } from '../../../lib/contract/object-keys';
import { newestWith, retentionClassFor, type NewestByClass } from '../../../lib/contract/retention';
import { keepPoint, sweep } from '../../../lib/operations/keeper/keep';
import type { KeeperTools } from '../../../lib/operations/keeper/lock-point';
import { createKeyFile, FileSigner } from '../../../lib/runtime/file-signer';
import { prefixOf, putPoint, type MadePoint } from '../../support/made-point';
import { ModelBucket, type LifecycleRule } from '../../support/model-bucket';
import { storageTemplate } from '../../support/synthesize';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NEW_YEAR = Date.parse('2026-01-01T00:00:00Z');
const KEEP = { daily: 14, weekly: 35, monthly: 100 } as const;
const DEFAULT_LOCK_DAYS = 7;

const backupsFail = (day: number) => day >= 100 && day < 192;
const keeperIsDead = (day: number) => day >= 250 && day < 264;

interface Kept {
  readonly point: MadePoint;
  readonly until: Date;
  readonly objects: number;
}

class Year {
  now = new Date(NEW_YEAR);
  readonly bucket = new ModelBucket({ now: () => this.now }, DEFAULT_LOCK_DAYS);
  readonly points: Kept[] = [];
  private newest: NewestByClass = {};

  constructor(
    private readonly signer: FileSigner,
    private readonly tools: Omit<KeeperTools, 'store' | 'keeper' | 'clock'>,
  ) {}

  private get keeper(): KeeperTools {
    return { ...this.tools, store: this.bucket, keeper: this.bucket, clock: { now: () => this.now } };
  }

  at(day: number, hour: number): void {
    this.now = new Date(NEW_YEAR + day * DAY_MS + hour * HOUR_MS);
  }

  async backup(keeperHears: boolean): Promise<void> {
    const retentionClass: RetentionClass = retentionClassFor(this.now, this.newest, KEEP);
    this.newest = newestWith(this.newest, retentionClass, this.now);
    const days = KEEP[retentionClass as keyof typeof KEEP];
    const point = { startedAt: this.now, class: retentionClass, days };
    const key = await putPoint(this.bucket, this.signer, point);
    const until = new Date(this.now.getTime() + days * DAY_MS);
    this.points.push({ point, until, objects: await this.count(point) });
    if (keeperHears) await keepPoint(key, this.keeper);
  }

  async sweep(): Promise<readonly string[]> {
    return (await sweep(this.keeper)).faults;
  }

  /** Above every object of the bucket. */
  async placeDeleteMarkers(): Promise<void> {
    const keys = [];
    for await (const { key } of this.bucket.list('')) keys.push(key);
    for (const key of keys) this.bucket.placeDeleteMarker(key);
  }

  /** Objects of a point that are there, hidden or not. */
  async count(point: MadePoint): Promise<number> {
    let count = 0;
    for await (const { key } of this.bucket.list(prefixOf(point))) count += key === '' ? 0 : 1;
    return count;
  }

  /** Points that have lost something though they are the newest, or their time has not come. */
  async lost(): Promise<string[]> {
    const lost = [];
    for (const { point, until, objects } of this.points) {
      const mustBeThere = point === this.points.at(-1)?.point || this.now < until;
      if (mustBeThere && (await this.count(point)) < objects)
        lost.push(`${this.now.toISOString()}: ${prefixOf(point)}`);
    }
    return lost;
  }

  /** Points of which something is left so many days after their time, the newest excluded. */
  async overdue(graceDays: number): Promise<string[]> {
    const overdue = [];
    for (const { point, until } of this.points.slice(0, -1)) {
      const late = this.now.getTime() - until.getTime() > graceDays * DAY_MS;
      if (late && (await this.count(point)) > 0)
        overdue.push(`${this.now.toISOString()}: ${prefixOf(point)}`);
    }
    return overdue;
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

async function newYear(): Promise<Year> {
  const keyFile = path.join(mkdtempSync(path.join(tmpdir(), 'keeper-')), 'key.pem');
  await createKeyFile(keyFile);
  const signer = await FileSigner.open(keyFile);
  const trust = { keys: await signer.trustedPublicKeys(), allowUnsigned: false };
  return new Year(signer, { trust, longestLockDays: KEEP.monthly + 1 });
}

test('the newest point is always there, and nothing goes before its time or long after it', async () => {
  const year = await newYear();
  const rules = synthesizedRules();
  expect(rules.length).toBeGreaterThan(3);
  const faults: string[] = [];
  for (let day = 0; day < 365; day++) {
    year.at(day, 0);
    year.bucket.runLifecycle(rules);
    expect(await year.lost()).toEqual([]);
    // While nothing lets older points go, or the keeper is dead, they stay longer.
    const quiet = (day < 250 || day > 270) && (day < 100 || day > 200);
    expect(await year.overdue(quiet ? 4 : 93)).toEqual([]);
    year.at(day, 2);
    if (!backupsFail(day)) await year.backup(!keeperIsDead(day));
    if (day % 10 === 3) await year.placeDeleteMarkers();
    year.at(day, 4);
    if (!keeperIsDead(day)) faults.push(...(await year.sweep()));
  }
  expect(faults).toEqual([]);
  expect(year.points).toHaveLength(365 - 92);
});
