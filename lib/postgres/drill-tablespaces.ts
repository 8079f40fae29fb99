/** The tablespaces that an archive names: a dump does not hold them, and a restore fails without. */
import { escapeIdentifier, type Client } from 'pg';
import type { Manifest } from '../contract/manifest';

export type TablespaceNeeds = Pick<Manifest, 'catalog'>;

export async function lackingTablespaces(client: Client, { catalog }: TablespaceNeeds): Promise<string[]> {
  const wanted = catalog.flatMap(({ facts }) =>
    typeof facts['tablespace'] === 'string' ? [facts['tablespace']] : [],
  );
  const { rows } = await client.query<{ name: string }>(
    `SELECT DISTINCT name FROM pg_catalog.unnest($1::text[]) AS name
      WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_tablespace t WHERE t.spcname = name) ORDER BY 1`,
    [wanted],
  );
  return rows.map(({ name }) => name);
}

/**
 * On a throw-away server they lie in its own folder:
 * https://www.postgresql.org/docs/current/runtime-config-developer.html#GUC-ALLOW-IN-PLACE-TABLESPACES
 */
export async function makeTablespaces(client: Client, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  await client.query('SET allow_in_place_tablespaces = on');
  for (const name of names) await client.query(`CREATE TABLESPACE ${escapeIdentifier(name)} LOCATION ''`);
}
