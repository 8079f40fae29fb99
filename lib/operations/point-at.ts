/** Points as of an instant: which may be old enough, and what is told where none is. */
import { Failure } from '../contract/failure';
import { startOf } from '../contract/recovery-point-id';
import type { Store } from '../runtime/store';
import type { ManifestObject } from './manifest-objects';
import type { Trust } from './read-manifest';
import { isFromTheFuture, readPoint } from './recovery-points';

/** @throws Failure `usage`: what is yet to come cannot be restored, so it is a slip of the pen */
export function demandPast(at: Date, now: Date): void {
  if (at <= now) return;
  throw new Failure('usage', `--at ${at.toISOString()} is in the future: now it is ${now.toISOString()}.`, {
    hint: 'Check date and zone; for the newest recovery point write newest.',
  });
}

/** A snapshot is never older than its run, so younger runs need not be read. What has no id is told as faulty later. */
export function startedBy(objects: readonly ManifestObject[], at: Date): ManifestObject[] {
  return objects.filter(({ id }) => id === undefined || !isFromTheFuture(startOf(id), at));
}

/** The fault where nothing is old enough; it names the oldest point, because that is the next best. */
export async function nothingSoOld(
  store: Store,
  trust: Trust,
  objects: readonly ManifestObject[],
  { at, now }: { readonly at: Date; readonly now: Date },
): Promise<Failure> {
  const none = `No valid recovery point is as old as ${at.toISOString()}.`;
  for (const object of objects.toReversed()) {
    const point = await readPoint(store, trust, object, now);
    if (point.state !== 'valid') continue;
    return new Failure('usage', `${none} The oldest is ${point.id}, as of ${point.manifest.snapshotAt}.`, {
      hint: 'Name that one by its id, or choose a later instant. An expired point can still be named by its id.',
    });
  }
  return new Failure('usage', none, { hint: 'See what there is with: backstop list' });
}
