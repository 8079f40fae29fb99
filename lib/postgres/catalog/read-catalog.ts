/** Reads the schema from the system catalogs, structurally: what a dump's text cannot tell reliably. */
import type { Client } from 'pg';
import type { Catalog, CatalogEntry } from '../../contract/inventory';
import { pinSettings } from '../inventory/pin-settings';
import { CATALOG_SPECS } from './all-specs';
import { SCOPE_KIND, type CatalogSpec, type Fact } from './spec';

/**
 * Everything that a dump includes, in a fixed order. Extensions count as one object each; their members, temporary
 * objects and the system's own are left out. Facts that are not set are absent; there are no oids in them.
 *
 * @param client inside a transaction, whose settings are pinned for its rest
 */
export async function readCatalog(client: Client): Promise<Catalog> {
  await pinSettings(client);
  const major = await majorOf(client);
  const specs = knownTo(major);
  const catalog: CatalogEntry[] = specs.map((spec) => scopeEntry(spec, major));
  for (const spec of specs) catalog.push(...(await readEntries(client, spec, major)));
  return catalog;
}

/** The classes that the server knows. */
export async function specsOf(client: Client): Promise<readonly CatalogSpec[]> {
  return knownTo(await majorOf(client));
}

function knownTo(major: number): CatalogSpec[] {
  return CATALOG_SPECS.filter((spec) => major >= (spec.since ?? 0));
}

/** Says that a class was read, and which facts: another version of this program may know more or fewer. */
function scopeEntry(spec: CatalogSpec, major: number): CatalogEntry {
  const facts = typeof spec.facts === 'string' ? [] : factsKnown(spec.facts, major);
  return {
    kind: SCOPE_KIND,
    identity: spec.kind,
    facts: Object.fromEntries(facts.map(([name]) => [name, true])),
  };
}

/** Entries of one class in order of their identities. @param where a condition that narrows the query */
export async function readEntries(
  client: Client,
  spec: CatalogSpec,
  major: number,
  where?: string,
): Promise<CatalogEntry[]> {
  const { rows } = await client.query<Omit<CatalogEntry, 'kind'>>(
    `SELECT identity, facts FROM (SELECT ${spec.identity} AS identity, ${factsSql(spec, major)} AS facts
       ${spec.from}${where === undefined ? '' : ` AND ${where}`}) entry ORDER BY identity COLLATE "C"`,
  );
  return rows.map((row) => ({ kind: spec.kind, ...row }));
}

export async function countEntries(client: Client, spec: CatalogSpec): Promise<number> {
  const { rows } = await client.query<{ count: string }>(`SELECT count(*) AS count ${spec.from}`);
  return Number(rows[0]?.count ?? 0);
}

/** Any of them, without a look at the rest. */
export async function identitiesOf(client: Client, spec: CatalogSpec, atMost: number): Promise<string[]> {
  const { rows } = await client.query<{ identity: string }>(
    `SELECT ${spec.identity} AS identity ${spec.from} LIMIT ${atMost}`,
  );
  return rows.map(({ identity }) => identity);
}

export async function majorOf(client: Client): Promise<number> {
  const { rows } = await client.query<{ version: number }>(
    `SELECT current_setting('server_version_num')::int / 10000 AS version`,
  );
  return rows[0]?.version ?? 0;
}

function factsSql({ facts }: CatalogSpec, major: number): string {
  if (typeof facts === 'string') return facts;
  const pairs = factsKnown(facts, major).map(
    ([name, fact]) => `'${name}', ${typeof fact === 'string' ? fact : fact.sql}`,
  );
  return `jsonb_strip_nulls(jsonb_build_object(${pairs.join(', ')}))`;
}

function factsKnown(facts: Readonly<Record<string, Fact>>, major: number): [string, Fact][] {
  return Object.entries(facts).filter(([, fact]) => typeof fact === 'string' || major >= (fact.since ?? 0));
}
