/** What a manifest says of the server, and whether it may be dumped at all. */
import type { Client } from 'pg';
import { Failure } from '../contract/failure';
import { connect, describeTarget, type ConnectionTarget } from './connection';

export interface ServerFacts {
  /** For example `15.18`. */
  readonly version: string;
  readonly major: number;
  readonly systemIdentifier: string | null;
  readonly role: 'primary' | 'replica';
  readonly replicaLagSeconds: number | null;
  readonly lsn: string | null;
  readonly databaseBytes: number;
  readonly largeObjectCount: number;
  /** Of the database, for example `UTF8`. */
  readonly encoding: string;
  /** No relation's or schema's name holds a control character. */
  readonly namesArePlain: boolean;
}

const FACTS = `
  SELECT current_setting('server_version_num')::int AS "versionNumber",
         pg_is_in_recovery() AS replica,
         CASE WHEN pg_is_in_recovery()
              THEN greatest(0, extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()))::float8 END AS lag,
         CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END::text AS lsn,
         pg_database_size(current_database())::text AS bytes,
         (SELECT count(*) FROM pg_largeobject_metadata)::text AS "largeObjects",
         current_setting('server_encoding') AS encoding,
         NOT EXISTS (SELECT FROM pg_class WHERE relname ~ '[[:cntrl:]]')
           AND NOT EXISTS (SELECT FROM pg_namespace WHERE nspname ~ '[[:cntrl:]]') AS "namesArePlain"`;

interface FactsRow {
  readonly versionNumber: number;
  readonly replica: boolean;
  readonly lag: number | null;
  readonly lsn: string | null;
  readonly bytes: string;
  readonly largeObjects: string;
  readonly encoding: string;
  readonly namesArePlain: boolean;
}

export async function readServerFacts(client: Client): Promise<ServerFacts> {
  const { rows } = await client.query<FactsRow>(FACTS);
  const row = rows[0];
  if (row === undefined) throw new Failure('database-unreachable', 'The server answered nothing.');
  const major = Math.floor(row.versionNumber / 10_000);
  return {
    version: `${major}.${row.versionNumber % 10_000}`,
    major,
    systemIdentifier: await systemIdentifier(client),
    role: row.replica ? 'replica' : 'primary',
    replicaLagSeconds: row.lag,
    lsn: row.lsn,
    databaseBytes: Number(row.bytes),
    largeObjectCount: Number(row.largeObjects),
    encoding: row.encoding,
    namesArePlain: row.namesArePlain,
  };
}

/** Some providers hide it. */
export async function systemIdentifier(client: Client): Promise<string | null> {
  try {
    const { rows } = await client.query<{ id: string }>(
      'SELECT system_identifier::text AS id FROM pg_control_system()',
    );
    return rows[0]?.id ?? null;
  } catch {
    return null;
  }
}

/**
 * Recognises a pooler that hands a server session to another client between transactions (PgBouncer in transaction
 * mode and its like). Session settings and exported snapshots do not survive there.
 *
 * Two of our connections are alive at once: where the second transaction of one runs in another server session than
 * its first, or both share one session, somebody stands in between.
 * @throws Failure `database-unreachable`
 */
export async function refuseTransactionPooler(target: ConnectionTarget, client: Client): Promise<void> {
  const other = await connect(target);
  try {
    const first = await backendPid(client);
    await other.query('BEGIN');
    const between = await backendPid(other);
    const second = first === between ? undefined : await backendPid(client);
    await other.query('COMMIT');
    if (second === first) return;
  } finally {
    await other.end();
  }
  throw new Failure(
    'database-unreachable',
    `${describeTarget(target)} is a transaction pooler, not the server itself.`,
    {
      hint: 'Use the direct host of the database: a snapshot cannot be shared through a transaction pooler.',
    },
  );
}

async function backendPid(client: Client): Promise<number | undefined> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_catalog.pg_backend_pid() AS pid');
  return rows[0]?.pid;
}
