/**
 * The backup store: where recovery points lie. One contract, two implementations (S3, a directory), one
 * conformance suite (test/runtime/store-conformance.ts) run against both.
 *
 * - Nothing is ever overwritten or deleted: `put` of a key that has a version fails with `key-exists`.
 * - An object appears whole or not at all: when the body throws, `put` rejects with that error and leaves neither
 *   object nor unfinished upload.
 * - `put` resolves only after the store confirmed the checksum of every byte; it answers with our own digests.
 * - Reading sees through delete markers: a hidden object is still there, and says `hidden: true`.
 * - Errors are Failures of kind `store-failed`; StoreKeyExists is one of them.
 */
import type { Readable } from 'node:stream';
import { Failure } from '../contract/failure';
import type { StoredFile } from '../contract/manifest';
import type { StorageClass } from '../contract/storage-class';

/**
 * A body that throws makes the put fail: a stream of a child process must end well only after exit 0. A chunk is good
 * until the next one is asked for: a body may use one buffer again.
 */
export type Body = Uint8Array | AsyncIterable<Uint8Array>;

export interface PutOptions {
  /** An upper estimate; sizes the parts of an upload of unknown length. @default 0 */
  readonly estimatedBytes?: number;
  /** Called with the bytes taken so far. @default - no progress */
  readonly onBytes?: (bytes: number) => void;
  /** Where the object lies in S3. A directory store has no storage classes and ignores it. @default - S3 Standard */
  readonly storageClass?: StorageClass | undefined;
  /** Ends the put with the signal's reason; once the object is being made to appear, the store's answer is waited for a while. */
  readonly signal?: AbortSignal;
}

export interface ReadOptions {
  readonly signal?: AbortSignal;
}

export interface ListOptions {
  /** Only keys that sort after this one, which need not be there. @default - from the first */
  readonly after?: string | undefined;
}

export interface ObjectState extends ListedObject {
  /** CRC-32 of the whole object as the store keeps it, 8 hex digits; undefined where the store keeps none. */
  readonly crc32: string | undefined;
  /** Until when the store refuses to delete it; undefined for never locked (a directory store locks nothing). */
  readonly lockedUntil: Date | undefined;
  readonly legalHold: boolean;
}

export interface ListedObject {
  readonly key: string;
  readonly bytes: number;
  /** A delete marker stands above it. */
  readonly hidden: boolean;
  readonly modifiedAt: Date;
  /** The store's name for these very bytes: another one, as soon as the key holds others, and only compared. */
  readonly version: string;
}

export interface Store {
  /** For messages: `s3://bucket` or `file:/path`. */
  readonly url: string;
  /** Whether objects are expected to be locked (Object Lock is on). */
  locks(): Promise<boolean>;
  put(key: string, body: Body, options?: PutOptions): Promise<StoredFile>;
  /** The bytes of the newest version, hidden or not. A stream that breaks off ends with a Failure, never short. */
  get(key: string, options?: ReadOptions): Promise<Readable>;
  /** undefined where the key has no version at all. */
  head(key: string): Promise<ObjectState | undefined>;
  /** Every key below a prefix once, in order of the keys, hidden ones included. */
  list(prefix: string, options?: ListOptions): AsyncIterable<ListedObject>;
  close(): Promise<void>;
}

export function missingObject(key: string, store: string): Failure {
  return new Failure('store-failed', `${store} has no object ${key}.`, {
    hint: 'Check the name of the store; "check" tells which recovery points are whole.',
  });
}

export class StoreKeyExists extends Failure {
  constructor(
    readonly key: string,
    store: string,
    { hint = 'Run again: each run has an id of its own.' }: { readonly hint?: string } = {},
  ) {
    super('store-failed', `${store} already has an object ${key}; nothing is ever overwritten.`, { hint });
  }
}
