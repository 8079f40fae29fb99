/** Puts a document that was made for one key alone. An answer that got lost is sent for again, and meets its first copy. */
import { buffer } from 'node:stream/consumers';
import { StoreKeyExists, type PutOptions, type Store } from '../runtime/store';

export async function storeDocument(
  store: Store,
  key: string,
  bytes: Buffer,
  options: PutOptions = {},
): Promise<void> {
  try {
    await store.put(key, bytes, options);
  } catch (error) {
    if (!(error instanceof StoreKeyExists) || !(await holds(store, key, bytes))) throw error;
  }
}

/** The object that is there already may be our own. */
async function holds(store: Store, key: string, bytes: Buffer): Promise<boolean> {
  return bytes.equals(await buffer(await store.get(key)));
}

/**
 * For a writer that may not read it.
 * @param key with the id of this run, which no other one has: what is there already is our own
 */
export async function storeUnderOwnId(
  store: Store,
  key: string,
  bytes: Buffer,
  options: PutOptions = {},
): Promise<void> {
  try {
    await store.put(key, bytes, options);
  } catch (error) {
    if (!(error instanceof StoreKeyExists)) throw error;
  }
}
