/** The newest recovery point before this one: links the chain of manifests and tells which classes are due. */
import { createHash } from 'node:crypto';
import { messageOf } from '../contract/failure';
import type { NewestByClass } from '../contract/retention';
import type { Signer } from '../runtime/signer';
import type { Store } from '../runtime/store';
import { manifestObjects } from './manifest-objects';
import { believeManifest, readDocument } from './read-manifest';

export interface PreviousPoint {
  /** Of the whole manifest object; null for the first point. */
  readonly manifestSha256: string | null;
  readonly newestByClass: NewestByClass;
  /** The database that it was made of: under one name two would mix. */
  readonly origin?: string;
  /** Why its manifest told nothing. */
  readonly fault?: string;
}

const NONE: PreviousPoint = { manifestSha256: null, newestByClass: {} };

/** A manifest that cannot be trusted is linked, so that it shows, but not believed. */
export async function previousPoint(store: Store, signer: Signer, database: string): Promise<PreviousPoint> {
  const newest = (await manifestObjects(store, database)).find((object) => object.id !== undefined);
  if (newest === undefined) return NONE;
  const bytes = await readDocument(store, newest.key);
  const manifestSha256 = createHash('sha256').update(bytes).digest('hex');
  const trust = { keys: await signer.trustedPublicKeys(), allowUnsigned: signer.name === 'none' };
  try {
    const { newestByClass, sourceDatabase, server } = believeManifest(bytes, trust, newest.key);
    const origin = describeOrigin(sourceDatabase, server.systemIdentifier);
    return { manifestSha256, newestByClass, origin };
  } catch (error) {
    return { manifestSha256, newestByClass: {}, fault: messageOf(error) };
  }
}

/** A database and its cluster, for people. */
export function describeOrigin(sourceDatabase: string, systemIdentifier: string | null): string {
  return `database ${sourceDatabase} of cluster ${systemIdentifier ?? 'unknown'}`;
}
