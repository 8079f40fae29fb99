/** Which manifests a store holds, by their keys alone: nothing is believed yet. */
import { idOfManifestKey, manifestPrefix, PREFIXES } from '../contract/object-keys';
import type { ListOptions, Store } from '../runtime/store';

export interface ManifestObject {
  readonly key: string;
  readonly database: string;
  /** undefined where the key is not that of a manifest. */
  readonly id: string | undefined;
  /** A delete marker stands above it. */
  readonly hidden: boolean;
}

export interface ListedManifest extends ManifestObject {
  readonly version: string;
  readonly bytes: number;
}

/** Newest first. @param database @default - of all databases */
export async function manifestObjects(
  store: Store,
  database?: string,
  options: ListOptions = {},
): Promise<ListedManifest[]> {
  const prefix = database === undefined ? `${PREFIXES.manifests}postgres/` : manifestPrefix(database);
  const found: ListedManifest[] = [];
  for await (const { key, hidden, version, bytes } of store.list(prefix, options)) {
    const rest = key.split('/').slice(2);
    const id = rest.length === 2 ? idOfManifestKey(key) : undefined;
    found.push({ key, database: rest[0] ?? '', id, hidden, version, bytes });
  }
  return found.sort((a, b) => compareText(nameOf(b), nameOf(a)) || compareText(a.database, b.database));
}

/** Ids begin with the start time, so their order is that of time. */
export function nameOf({ id, key }: ManifestObject): string {
  return id ?? key.slice(key.lastIndexOf('/') + 1);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
