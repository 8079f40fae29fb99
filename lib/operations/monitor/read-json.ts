/** Documents that nobody signed: what programs tell of themselves, and what the monitor has written down. */
import type { Store } from '../../runtime/store';
import { readDocument } from '../read-manifest';

/** undefined for what is no JSON. @throws Failure `store-failed` */
export async function readJson(store: Store, key: string): Promise<unknown> {
  const bytes = await readDocument(store, key);
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
