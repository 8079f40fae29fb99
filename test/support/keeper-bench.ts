/** The keeper over a model of a bucket, under a clock of its own: points and proofs as backups and drills leave them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { Evidence } from '../../lib/contract/evidence';
import { manifestSchema, type Manifest } from '../../lib/contract/manifest';
import { Findings } from '../../lib/operations/keeper/findings';
import { sweep } from '../../lib/operations/keeper/keep';
import type { KeeperTools } from '../../lib/operations/keeper/keeper-tools';
import type { Swept } from '../../lib/operations/keeper/sweep-database';
import { createKeyFile, FileSigner } from '../../lib/runtime/file-signer';
import type { ObjectVersion } from '../../lib/runtime/protected-objects';
import type { Signer } from '../../lib/runtime/signer';
import { evidenceOf, putEvidence } from './made-evidence';
import {
  evidencePrefixOf,
  manifestKeyOf,
  manifestOf,
  objectsOf,
  putDump,
  putManifest,
  putPoint,
  type MadePoint,
} from './made-point';
import { ModelBucket } from './model-bucket';

const DAY_MS = 86_400_000;
const FIRST_DAY = Date.parse('2026-06-01T02:00:00Z');

export interface Signers {
  readonly manifests: Signer;
  readonly evidence: Signer;
  /** Whom nobody believes. */
  readonly foreign: Signer;
}

export async function makeSigners(): Promise<Signers> {
  const home = mkdtempSync(path.join(tmpdir(), 'keeper-'));
  const open = async (name: string) => {
    await createKeyFile(path.join(home, name));
    return FileSigner.open(path.join(home, name));
  };
  try {
    return {
      manifests: await open('manifests.pem'),
      evidence: await open('evidence.pem'),
      foreign: await open('foreign.pem'),
    };
  } finally {
    rmSync(home, { recursive: true });
  }
}

export interface KeeperSetup {
  readonly defaultLockDays?: number;
  readonly longestLockDays?: number;
  /** @default - none: points go by their class alone */
  readonly drilledDatabases?: readonly string[];
}

/** A bucket whose objects are born with a week's lock, on the first of June; `day(2)` is the second. */
export class KeeperBench {
  now = new Date(FIRST_DAY);
  readonly bucket: ModelBucket;
  readonly tools: KeeperTools;

  private constructor(
    readonly signers: Signers,
    trusts: Pick<KeeperTools, 'trust' | 'evidenceTrust'>,
    { defaultLockDays = 7, longestLockDays = 61, drilledDatabases = [] }: KeeperSetup,
  ) {
    const clock = { now: () => this.now };
    this.bucket = new ModelBucket(clock, defaultLockDays);
    const stores = { store: this.bucket, keeper: this.bucket };
    this.tools = { ...stores, ...trusts, clock, longestLockDays, drilledDatabases };
  }

  static async make(signers: Signers, setup: KeeperSetup = {}): Promise<KeeperBench> {
    const trusting = async (signer: Signer) => ({
      keys: await signer.trustedPublicKeys(),
      allowUnsigned: false,
    });
    const trust = await trusting(signers.manifests);
    return new KeeperBench(signers, { trust, evidenceTrust: await trusting(signers.evidence) }, setup);
  }

  /** Moves the clock. @returns the point of that day, not put yet */
  day(day: number, changes: Partial<MadePoint> = {}): MadePoint {
    this.now = new Date(FIRST_DAY + (day - 1) * DAY_MS);
    return { startedAt: this.now, ...changes };
  }

  put(point: MadePoint): Promise<string> {
    return putPoint(this.bucket, this.signers.manifests, point);
  }

  /** A whole point of that day, which is now. */
  async putOn(day: number, changes: Partial<MadePoint> = {}): Promise<MadePoint> {
    const point = this.day(day, changes);
    await this.put(point);
    return point;
  }

  /** As putOn, and a drill of it right after. */
  async proven(day: number, changes: Partial<Evidence> = {}, signer?: Signer): Promise<MadePoint> {
    const point = await this.putOn(day);
    await this.prove(point, changes, signer);
    return point;
  }

  /** A dump, and a manifest that says something else of it. */
  async putChanged(
    point: MadePoint,
    changes: Partial<Manifest>,
    signer = this.signers.manifests,
  ): Promise<string> {
    return putManifest(this.bucket, signer, manifestOf(point, await putDump(this.bucket, point), changes));
  }

  /** A drill of it, now. @returns the key of its evidence */
  async prove(
    point: MadePoint,
    changes: Partial<Evidence> = {},
    signer = this.signers.evidence,
  ): Promise<string> {
    const bytes = await buffer(await this.bucket.get(manifestKeyOf(point)));
    const { payload } = JSON.parse(bytes.toString('utf8')) as { readonly payload: unknown };
    const manifest = manifestSchema.parse(payload);
    return putEvidence(this.bucket, signer, evidenceOf(manifest, bytes, this.now, changes));
  }

  async sweep(changes: Partial<KeeperTools> = {}): Promise<Swept & Pick<Findings, 'faults' | 'refused'>> {
    const findings = new Findings();
    const swept = await sweep({ ...this.tools, ...changes }, findings);
    return { ...swept, faults: findings.faults, refused: findings.refused };
  }

  async versions(prefix: string): Promise<ObjectVersion[]> {
    return Array.fromAsync(this.bucket.versions(prefix));
  }

  /** Keys of all that proven points take: their objects, their manifests, and the evidence. In their order. */
  async allOf(...points: readonly MadePoint[]): Promise<string[]> {
    const evidence = await Promise.all(points.map((point) => this.versions(evidencePrefixOf(point))));
    const keys = [...points.flatMap(objectsOf), ...points.map(manifestKeyOf)];
    return [...keys, ...evidence.flat().map(({ key }) => key)].sort();
  }

  /** Days from now until which each object below a prefix is locked. */
  async lockDays(prefix: string): Promise<number[]> {
    const versions = await this.versions(prefix);
    const until = await Promise.all(versions.map((version) => this.bucket.lockedUntil(version)));
    return until.map((date) => (date!.getTime() - this.now.getTime()) / DAY_MS);
  }

  /** Of everything in the bucket, the keys that may expire. */
  async tagged(prefix = ''): Promise<string[]> {
    return this.keysWhere(prefix, (version) => this.bucket.mayExpire(version));
  }

  /** Of everything in the bucket, the keys that are on hold. */
  async held(prefix = ''): Promise<string[]> {
    return this.keysWhere(prefix, (version) => this.bucket.onHold(version));
  }

  private async keysWhere(
    prefix: string,
    is: (version: ObjectVersion) => Promise<boolean>,
  ): Promise<string[]> {
    const keys = [];
    for (const version of await this.versions(prefix)) if (await is(version)) keys.push(version.key);
    return keys;
  }
}
