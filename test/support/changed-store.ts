/** A store that acts as another one, but for what a test changes. */
import type { Store } from '../../lib/runtime/store';

export function changedStore(store: Store, changes: Partial<Store>): Store {
  return {
    url: store.url,
    locks: () => store.locks(),
    put: (key, body, options) => store.put(key, body, options),
    get: (key, options) => store.get(key, options),
    head: (key) => store.head(key),
    list: (prefix, options) => store.list(prefix, options),
    close: () => store.close(),
    ...changes,
  };
}
