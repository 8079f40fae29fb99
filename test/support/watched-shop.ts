/**
 * The real monitor over a model of a bucket, under a clock of its own: points as backups leave them and the keeper keeps
 * them, drills as their programs tell of them.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { Evidence } from '../../lib/contract/evidence';
import type { Manifest } from '../../lib/contract/manifest';
import type { Gauge } from '../../lib/contract/metrics';
import type { MonitoredDatabase, Pass } from '../../lib/contract/monitor-config';
import type { MonitorTools } from '../../lib/operations/monitor/monitor-tools';
import { createKeyFile, FileSigner } from '../../lib/runtime/file-signer';
import type { Signer } from '../../lib/runtime/signer';
import { evidenceOf, putEvidence } from './made-evidence';
import { manifestOf, putDump, putManifest, type MadePoint } from './made-point';
import { ModelBucket } from './model-bucket';
import { monitorBench, monitorConfig, tellRun, type MonitorBench } from './monitor-bench';

const MINUTE_MS = 60_000;
/** As the bench's monitor is told. */
const LOCK_DAYS = 7;

export interface PutPoint {
  readonly manifest: Manifest;
  readonly key: string;
  /** Of the manifest's object. */
  readonly bytes: Buffer;
}

type Gauges = Partial<Record<Gauge, number>>;

export async function newSigner(): Promise<Signer> {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'signer-')), 'key.pem');
  await createKeyFile(file);
  return FileSigner.open(file);
}

export class WatchedShop {
  /** Of everything that is put and looked at. */
  now = new Date('2026-11-20T02:00:00Z');
  readonly bucket = new ModelBucket({ now: () => this.now }, LOCK_DAYS);
  readonly monitor: MonitorBench;
  /** Of the newest manifest: the next one names it. */
  private previous: string | null = null;

  private constructor(
    readonly manifestSigner: Signer,
    readonly evidenceSigner: Signer,
    trusted: readonly (readonly string[])[],
    changes: Partial<MonitoredDatabase>,
  ) {
    const config = monitorConfig(['shop']);
    const shop = { ...config.databases['shop']!, ...changes };
    const [manifests = [], evidence = []] = trusted;
    const changed = { ...config, databases: { shop } };
    this.monitor = monitorBench(changed, this.bucket, this.bucket, manifests, evidence);
  }

  /** @param changes of what the monitor is told of the shop */
  static async make(changes: Partial<MonitoredDatabase> = {}): Promise<WatchedShop> {
    const signers = [await newSigner(), await newSigner()] as const;
    const trusted = await Promise.all(signers.map((signer) => signer.trustedPublicKeys()));
    return new WatchedShop(...signers, trusted, changes);
  }

  /** Moves the clock. */
  at(time: string): this {
    this.now = new Date(time);
    return this;
  }

  /** Just now, before the keeper has seen it. @param says what the manifest says otherwise */
  async backUp(changes: Partial<MadePoint> = {}, says: Partial<Manifest> = {}): Promise<PutPoint> {
    const point: MadePoint = { startedAt: this.now, ...changes };
    const manifest = manifestOf(point, await putDump(this.bucket, point), {
      previousManifestSha256: this.previous,
      ...says,
    });
    const key = await putManifest(this.bucket, this.manifestSigner, manifest);
    const bytes = await buffer(await this.bucket.get(key));
    this.previous = createHash('sha256').update(bytes).digest('hex');
    return { manifest, key, bytes };
  }

  /** A drill that begins and ends just now. @returns the key of its evidence */
  async prove({ manifest, bytes }: PutPoint, changes: Partial<Evidence> = {}): Promise<string> {
    const evidence = evidenceOf(manifest, bytes, this.now, changes);
    const failure = evidence.outcome === 'failed' ? 'differences were found' : undefined;
    await this.tellDrill(evidence.id, evidence.exitCode, failure);
    return putEvidence(this.bucket, this.evidenceSigner, evidence);
  }

  /** What a drill tells of itself; without an exit code it has only begun. */
  async tellDrill(id: string, exitCode?: number, failure?: string): Promise<void> {
    const told = { program: 'drill', database: 'shop', id, at: this.now.toISOString() } as const;
    await tellRun(this.bucket, { ...told, event: 'started' });
    if (exitCode === undefined) return;
    await tellRun(this.bucket, {
      ...told,
      event: 'ended',
      exitCode,
      ...(failure !== undefined && { failure }),
    });
  }

  /** As the keeper does: a point's objects, and its manifest. */
  async lock({ manifest, key }: PutPoint): Promise<void> {
    const until = new Date(manifest.retainUntil);
    for (const name of [key, ...manifest.files.map((file) => file.key)])
      for await (const version of this.bucket.versions(name)) await this.bucket.extendLock(version, until);
  }

  /** As the keeper does: besides those, the evidence that proves it. */
  async hold({ manifest, key }: PutPoint, evidenceKey: string, isHeld = true): Promise<void> {
    for (const name of [key, evidenceKey, ...manifest.files.map((file) => file.key)])
      for await (const version of this.bucket.versions(name))
        await (isHeld ? this.bucket.hold(version) : this.bucket.release(version));
  }

  /** @returns what was published of the shop @throws what ended the pass */
  async look(pass: Pass, changes: Partial<MonitorTools> = {}): Promise<Gauges> {
    const { published, error } = await this.monitor.pass(pass, this.now, changes);
    if (error !== undefined) throw error as Error;
    return published['shop'] ?? {};
  }

  /** As a light pass some minutes later. */
  async lookAfter(minutes: number): Promise<Gauges> {
    this.now = new Date(this.now.getTime() + minutes * MINUTE_MS);
    return this.look('light');
  }
}
