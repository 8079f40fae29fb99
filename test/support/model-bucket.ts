/**
 * A model of an S3 bucket with versions, Object Lock and lifecycle, under a clock of its own: what takes a year is seen in
 * seconds. It keeps the contracts of Store and Keeper (see its test), and lifecycle as AWS describes it:
 * - an action is due at the next midnight UTC after its days (docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html);
 * - expiring a current version adds a delete marker, locked or not; a noncurrent version is deleted for good, unless it is
 *   locked or on hold: then later (…/object-lock-managing.html#object-lock-managing-lifecycle);
 * - a rule with a tag sees only versions that carry it.
 */
import { Readable } from 'node:stream';
import type { Clock } from '../../lib/runtime/clock';
import { Digests, digested } from '../../lib/runtime/digests';
import type { Keeper } from '../../lib/runtime/keeper';
import type { ObjectVersion } from '../../lib/runtime/protected-objects';
import {
  missingObject,
  StoreKeyExists,
  type Body,
  type ListOptions,
  type ListedObject,
  type ObjectState,
  type PutOptions,
  type ReadOptions,
  type Store,
} from '../../lib/runtime/store';
import { checkKey, checkPrefix, compareKeys } from '../../lib/runtime/store-key';

/** As in a synthesized template: what of it the model understands. Others fail, so that none is left out unseen. */
export interface LifecycleRule {
  readonly Id: string;
  readonly Status: 'Enabled';
  readonly Prefix?: string;
  readonly TagFilters?: readonly { readonly Key: string; readonly Value: string }[];
  readonly ExpirationInDays?: number;
  readonly NoncurrentVersionExpiration?: { readonly NoncurrentDays: number };
  readonly ExpiredObjectDeleteMarker?: boolean;
  readonly AbortIncompleteMultipartUpload?: { readonly DaysAfterInitiation: number };
}

const UNDERSTOOD: readonly (keyof LifecycleRule)[] = [
  'Id',
  'Status',
  'Prefix',
  'TagFilters',
  'ExpirationInDays',
  'NoncurrentVersionExpiration',
  'ExpiredObjectDeleteMarker',
  'AbortIncompleteMultipartUpload',
];

interface Version {
  readonly versionId: string;
  /** undefined for a delete marker. */
  readonly content: Buffer | undefined;
  readonly crc32: string;
  readonly createdAt: Date;
  lockedUntil: Date;
  onHold: boolean;
  readonly tags: Map<string, string>;
}

type StoredVersion = Version & { readonly content: Buffer };

function isObject(version: Version): version is StoredVersion {
  return version.content !== undefined;
}

const DAY_MS = 86_400_000;

export class ModelBucket implements Store, Keeper {
  readonly url = 's3://model';
  /** Of each key the newest version first. */
  private readonly versionsOf = new Map<string, Version[]>();
  private sortedKeys: readonly string[] | undefined;
  private count = 0;

  constructor(
    private readonly clock: Clock,
    private readonly defaultLockDays: number,
  ) {}

  locks(): Promise<boolean> {
    return Promise.resolve(true);
  }

  async put(key: string, body: Body, options: PutOptions = {}): Promise<ReturnType<Digests['storedFile']>> {
    checkKey(key);
    const digests = new Digests();
    const chunks: Buffer[] = [];
    for await (const chunk of digested(body, digests, options)) chunks.push(Buffer.from(chunk));
    if (this.versionsOf.get(key)?.[0]?.content !== undefined) throw new StoreKeyExists(key, this.url);
    this.add(key, Buffer.concat(chunks), digests.crc32);
    return digests.storedFile(key);
  }

  /** As somebody could who may do anything but break a lock. */
  overwrite(key: string, content: Buffer): void {
    this.add(key, content, '');
  }

  placeDeleteMarker(key: string): void {
    this.add(key, undefined, '');
  }

  /** As the root user of the account could. */
  destroy(key: string): void {
    this.forget(key);
  }

  async get(key: string, { signal }: ReadOptions = {}): Promise<Readable> {
    const version = await this.newest(key);
    if (version === undefined) throw missingObject(key, this.url);
    const stream = Readable.from(cut(version.content));
    signal?.addEventListener('abort', () => stream.destroy(signal.reason as Error), { once: true });
    return stream;
  }

  async head(key: string): Promise<ObjectState | undefined> {
    const version = await this.newest(key);
    if (version === undefined) return undefined;
    const { crc32, lockedUntil, onHold } = version;
    return { ...this.listed(key, version), crc32, lockedUntil, legalHold: onHold };
  }

  async *list(prefix: string, { after }: ListOptions = {}): AsyncGenerator<ListedObject> {
    checkPrefix(prefix);
    for (const key of this.keys(prefix)) {
      const version = await this.newest(key);
      if (version === undefined || (after !== undefined && compareKeys(key, after) <= 0)) continue;
      yield this.listed(key, version);
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async *versions(prefix: string): AsyncGenerator<ObjectVersion> {
    checkPrefix(prefix);
    for (const key of this.keys(prefix)) {
      for (const { versionId, content, createdAt } of this.versionsOf.get(key) ?? []) {
        if (content === undefined) continue;
        yield await Promise.resolve({ key, versionId, bytes: content.byteLength, modifiedAt: createdAt });
      }
    }
  }

  lockedUntil(version: ObjectVersion): Promise<Date | undefined> {
    return Promise.resolve(this.version(version).lockedUntil);
  }

  extendLock(version: ObjectVersion, until: Date): Promise<Date | undefined> {
    const stored = this.version(version);
    if (stored.lockedUntil < until) stored.lockedUntil = until;
    return Promise.resolve(stored.lockedUntil);
  }

  onHold(version: ObjectVersion): Promise<boolean> {
    return Promise.resolve(this.version(version).onHold);
  }

  hold(version: ObjectVersion): Promise<void> {
    this.version(version).onHold = true;
    return Promise.resolve();
  }

  release(version: ObjectVersion): Promise<void> {
    this.version(version).onHold = false;
    return Promise.resolve();
  }

  mayExpire(version: ObjectVersion): Promise<boolean> {
    return Promise.resolve(this.version(version).tags.get('expire') === 'yes');
  }

  tagForExpiry(version: ObjectVersion): Promise<void> {
    this.version(version).tags.set('expire', 'yes');
    return Promise.resolve();
  }

  /** What S3 does once a day. */
  runLifecycle(rules: readonly LifecycleRule[]): void {
    for (const rule of rules) {
      const unknown = Object.keys(rule).filter((name) => !(UNDERSTOOD as readonly string[]).includes(name));
      if (unknown.length > 0) throw new Error(`The model does not understand ${unknown.join(', ')}.`);
      for (const key of this.keys(rule.Prefix ?? '')) this.apply(rule, key);
    }
  }

  private apply(rule: LifecycleRule, key: string): void {
    const versions = this.versionsOf.get(key) ?? [];
    const [current] = versions;
    if (current === undefined) return;
    const { ExpirationInDays: days, NoncurrentVersionExpiration: noncurrent } = rule;
    if (days !== undefined && current.content !== undefined && matches(rule, current)) {
      if (this.isDue(current.createdAt, days)) this.placeDeleteMarker(key);
    }
    if (noncurrent !== undefined) this.deleteNoncurrent(rule, key, noncurrent.NoncurrentDays);
    const left = this.versionsOf.get(key) ?? [];
    if (rule.ExpiredObjectDeleteMarker === true && left.every(({ content }) => content === undefined))
      this.forget(key);
  }

  private forget(key: string): void {
    this.versionsOf.delete(key);
    this.sortedKeys = undefined;
  }

  private deleteNoncurrent(rule: LifecycleRule, key: string, days: number): void {
    const versions = this.versionsOf.get(key) ?? [];
    const kept = versions.filter((version, index) => {
      const above = versions[index - 1];
      // A version is noncurrent since the one above it was made.
      const due = above !== undefined && this.isDue(above.createdAt, days);
      const held = version.onHold || version.lockedUntil > this.clock.now();
      const locked = version.content !== undefined && held;
      return !due || locked || !matches(rule, version);
    });
    this.versionsOf.set(key, kept);
  }

  private isDue(since: Date, days: number): boolean {
    const dueAt = Math.ceil((since.getTime() + days * DAY_MS) / DAY_MS) * DAY_MS;
    return this.clock.now().getTime() >= dueAt;
  }

  private add(key: string, content: Buffer | undefined, crc32: string): void {
    const now = this.clock.now();
    const lockedUntil = new Date(now.getTime() + this.defaultLockDays * DAY_MS);
    const version = {
      versionId: `v${++this.count}`,
      content,
      crc32,
      createdAt: now,
      lockedUntil,
      onHold: false,
    };
    if (!this.versionsOf.has(key)) this.sortedKeys = undefined;
    this.versionsOf.set(key, [{ ...version, tags: new Map() }, ...(this.versionsOf.get(key) ?? [])]);
  }

  private keys(prefix: string): string[] {
    this.sortedKeys ??= [...this.versionsOf.keys()].sort(compareKeys);
    return this.sortedKeys.filter((key) => key.startsWith(prefix));
  }

  private newest(key: string): Promise<StoredVersion | undefined> {
    return new Promise((resolve) => {
      checkKey(key);
      resolve(this.versionsOf.get(key)?.find(isObject));
    });
  }

  private version({ key, versionId }: ObjectVersion): Version {
    const found = this.versionsOf.get(key)?.find((version) => version.versionId === versionId);
    if (found === undefined) throw missingObject(key, this.url);
    return found;
  }

  private listed(key: string, { content, createdAt, versionId }: Version): ListedObject {
    const hidden = this.versionsOf.get(key)?.[0]?.content === undefined;
    return { key, bytes: content?.byteLength ?? 0, hidden, modifiedAt: createdAt, version: versionId };
  }
}

function matches({ TagFilters = [] }: LifecycleRule, { tags }: Version): boolean {
  return TagFilters.every(({ Key, Value }) => tags.get(Key) === Value);
}

function* cut(content: Buffer): Generator<Buffer> {
  for (let from = 0; from < content.byteLength; from += 65_536) yield content.subarray(from, from + 65_536);
}
