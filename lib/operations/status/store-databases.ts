/** Which databases a store tells of: by their points, by evidence, and by what backups told of themselves. */
import { auditedAfter, auditedDatabaseOf, auditPrefix } from '../../contract/audit-event';
import { PREFIXES, isDatabaseName } from '../../contract/object-keys';
import type { Store } from '../../runtime/store';

/** Sorts after every key of a database, and before those of the next one. */
const AFTER_ALL = '~';

/** In order of their names. One request each, however many objects there are. @throws Failure `store-failed` */
export async function storeDatabases(store: Store): Promise<string[]> {
  const found = new Set<string>();
  for (const kind of [PREFIXES.manifests, PREFIXES.evidence]) {
    const prefix = `${kind}postgres/`;
    const nameOf = (key: string) => key.slice(prefix.length).split('/', 1).join('');
    const after = (name: string) => `${prefix}${name}/${AFTER_ALL}`;
    for await (const name of names(store, prefix, nameOf, after)) found.add(name);
  }
  const ofAudit = names(
    store,
    auditPrefix('backup'),
    (key) => auditedDatabaseOf(key) ?? '',
    (name) => auditedAfter('backup', name),
  );
  for await (const name of ofAudit) found.add(name);
  return [...found].filter(isDatabaseName).sort();
}

async function* names(
  store: Store,
  prefix: string,
  nameOf: (key: string) => string,
  afterAllOf: (name: string) => string,
): AsyncGenerator<string> {
  let after: string | undefined;
  for (;;) {
    let next: string | undefined;
    for await (const { key } of store.list(prefix, { after })) {
      next = nameOf(key);
      break;
    }
    if (next === undefined || next === '') return;
    yield next;
    after = afterAllOf(next);
  }
}
