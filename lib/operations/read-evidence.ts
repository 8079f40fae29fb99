/** Reads evidence of drills back, and believes nothing in it before its signature. */
import { z } from 'zod';
import { drillOfKey, evidenceKey, evidencePrefix, evidenceSchema, type Evidence } from '../contract/evidence';
import { Failure } from '../contract/failure';
import { openEnvelope } from '../runtime/signed-document';
import type { Store } from '../runtime/store';
import { readDocument, type Trust } from './read-manifest';

/**
 * @param bytes of the whole evidence object
 * @param trust the key of evidence alone: one that signs manifests must not prove them
 * @throws Failure `stored-data-faulty`: edited, signed by another key, unreadable, or not what belongs at this key
 */
export function believeEvidence(bytes: Uint8Array, trust: Trust, key: string): Evidence {
  const payload = openEnvelope(bytes, trust.keys, { name: key, allowUnsigned: trust.allowUnsigned });
  const result = evidenceSchema.safeParse(payload);
  if (!result.success)
    throw new Failure('stored-data-faulty', `${key} is no evidence: ${z.prettifyError(result.error)}`);
  const belongs = evidenceKey(result.data);
  if (belongs === key) return result.data;
  throw new Failure('stored-data-faulty', `${key} holds the evidence of another drill: ${belongs}.`, {
    hint: 'Somebody copied or renamed it. It belongs where it was written.',
  });
}

/** @throws Failure `stored-data-faulty`, see believeEvidence; `store-failed` */
export async function readEvidence(store: Store, trust: Trust, key: string): Promise<Evidence> {
  return believeEvidence(await readDocument(store, key), trust, key);
}

/**
 * The proofs of a database, of the newest point first and of one point the newest drill first: what fails to be believed,
 * and drills that failed, are passed over.
 * @param options.onRefused hears why evidence was not believed
 * @throws Failure `store-failed`
 */
export async function* proofsNewestFirst(
  store: Store,
  trust: Trust,
  database: string,
  { onRefused }: { readonly onRefused?: (failure: Failure) => void } = {},
): AsyncGenerator<Evidence> {
  const keys: string[] = [];
  for await (const { key } of store.list(evidencePrefix(database)))
    if (drillOfKey(key) !== undefined) keys.push(key);
  for (const key of keys.reverse()) {
    const evidence = await believed(store, trust, key, onRefused);
    if (evidence?.outcome === 'proven') yield evidence;
  }
}

async function believed(
  store: Store,
  trust: Trust,
  key: string,
  onRefused?: (failure: Failure) => void,
): Promise<Evidence | undefined> {
  try {
    return await readEvidence(store, trust, key);
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== 'stored-data-faulty') throw error;
    onRefused?.(error);
    return undefined;
  }
}
