/** What a database holds of its users' making: nothing is ever restored on top of something. */
import type { Client } from 'pg';
import { countEntries, identitiesOf, specsOf } from './catalog/read-catalog';
import { pinSettings } from './inventory/pin-settings';

export interface Contents {
  readonly count: number;
  /** The first ten, for example `table public.invoice`. */
  readonly examples: readonly string[];
}

const EXAMPLES = 10;

/**
 * Objects of every class that a compare knows, and large objects. What every new database has is nothing, and so are
 * owners and privileges: an empty database may have been prepared for its users.
 *
 * @param client outside a transaction
 */
export async function databaseContents(client: Client): Promise<Contents> {
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  try {
    await pinSettings(client);
    const objects = await schemaContents(client);
    const largeObjects = await largeObjectContents(client);
    return {
      count: objects.count + largeObjects.count,
      examples: [...objects.examples, ...largeObjects.examples].slice(0, EXAMPLES),
    };
  } finally {
    await client.query('ROLLBACK');
  }
}

async function schemaContents(client: Client): Promise<Contents> {
  let count = 0;
  const examples: string[] = [];
  for (const spec of await specsOf(client)) {
    if (spec.aspect === true) continue;
    const { kind, given } = spec;
    const all = await countEntries(client, spec);
    if (all === 0) continue;
    const some = await identitiesOf(client, spec, given === undefined ? EXAMPLES : all);
    const made = some.filter((identity) => given?.({ kind, identity, facts: {} }) !== true);
    count += all - (some.length - made.length);
    examples.push(...made.map((identity) => `${kind} ${identity}`));
  }
  return { count, examples };
}

async function largeObjectContents(client: Client): Promise<Contents> {
  const { rows } = await client.query<{ oid: number; count: string }>(
    `SELECT oid, (SELECT count(*) FROM pg_largeobject_metadata) AS count
       FROM pg_largeobject_metadata ORDER BY oid LIMIT ${EXAMPLES}`,
  );
  return { count: Number(rows[0]?.count ?? 0), examples: rows.map(({ oid }) => `large object ${oid}`) };
}
