/**
 * What the keeper may do to stored objects: make them stay, and in the end let them go. It deletes nothing. Its one
 * implementation is S3; the tests' twin keeps the same promises (test/runtime/keeper-conformance.ts).
 */
import type { ObjectVersion, ProtectedObjects } from './protected-objects';

export interface Keeper extends ProtectedObjects {
  /**
   * Locks a version at least until then, in the mode that it has; a longer lock stays as it is.
   * @returns until when it is locked now, as the store says when it is asked again; undefined for not at all
   */
  extendLock(version: ObjectVersion, until: Date): Promise<Date | undefined>;
  /** Puts a legal hold on it: without an end, until it is released. Ask onHold whether the store kept it. */
  hold(version: ObjectVersion): Promise<void>;
  /** Takes the legal hold away; its lock stays as it is. */
  release(version: ObjectVersion): Promise<void>;
  /** Sets the expiry tag: lifecycle deletes the version when its class, its lock and any hold have ended. */
  tagForExpiry(version: ObjectVersion): Promise<void>;
}
