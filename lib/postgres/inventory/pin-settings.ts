/** Makes a value's text the same on every server, and takes nothing from its defaults. */
import type { Client } from 'pg';

const PINNED = {
  search_path: '',
  TimeZone: 'UTC',
  DateStyle: 'ISO, YMD',
  IntervalStyle: 'postgres',
  // 1 and above: the shortest text that gives the same bits again.
  extra_float_digits: '1',
  bytea_output: 'hex',
  lc_monetary: 'C',
  xmloption: 'content',
  standard_conforming_strings: 'on',
  quote_all_identifiers: 'off',
  // An error instead of a silently filtered result.
  row_security: 'off',
  statement_timeout: '0',
  // The number of connections is the load that we put on a server.
  max_parallel_workers_per_gather: '0',
} as const;

/** For the rest of the current transaction; call it inside one. Needs no privilege. */
export async function pinSettings(client: Client): Promise<void> {
  const calls = Object.entries(PINNED).map(
    ([name, value]) => `pg_catalog.set_config('${name}', '${value}', true)`,
  );
  await client.query(`SELECT ${calls.join(', ')}`);
}
