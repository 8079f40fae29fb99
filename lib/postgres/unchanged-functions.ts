/**
 * The server writes a function back as it is now (pg_get_functiondef reads past snapshots), pg_dump dumps its text as
 * it was in the snapshot. One that was changed before both had read it would be told as a difference at every restore.
 */
import type { Client } from 'pg';
import { Failure } from '../contract/failure';
import { connect, type ConnectionTarget } from './connection';

const VERSIONS = `
  SELECT p.oid::bigint::text AS oid, p.xmin::text AS version,
         pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(p.proname) AS name
    FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
   WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`;

interface Version {
  readonly oid: string;
  readonly version: string;
  readonly name: string;
}

/**
 * @param holder in its snapshot, after the functions were read
 * @throws Failure `database-unreachable` naming them
 */
export async function demandUnchangedFunctions(target: ConnectionTarget, holder: Client): Promise<void> {
  const { rows: before } = await holder.query<Version>(VERSIONS);
  const now = await connect(target);
  try {
    const { rows } = await now.query<Version>(VERSIONS);
    const versions = new Map(rows.map(({ oid, version }) => [oid, version]));
    const changed = before.filter(({ oid, version }) => versions.get(oid) !== version);
    if (changed.length === 0) return;
    throw new Failure(
      'database-unreachable',
      `Functions were changed or dropped while the schema was read: ${changed.map(({ name }) => name).join(', ')}.`,
      { hint: 'Run again when the migration has ended.' },
    );
  } finally {
    await now.end();
  }
}
