/** The databases that drills make on a server: copies of the data, so none may stay behind untold. */
import { escapeIdentifier, type Client } from 'pg';
import { Failure, messageOf } from '../contract/failure';
import { stampOf, type RecoveryPointId } from '../contract/recovery-point-id';
import { describeTarget, type ConnectionTarget } from './connection';
import { dropDatabase } from './create-database';
import { withMaintenance } from './target-server';

const PREFIX = 'backstop_drill_';
/** No drill takes so long. */
const LEFT_AFTER_MS = 2 * 24 * 3_600_000;

/** Nobody else's: it is dropped however the drill ends. */
export function drillDatabaseName(drill: RecoveryPointId): string {
  return `${PREFIX}${drill.toLowerCase().replace('-', '_')}`;
}

/** @throws Failure `restore-failed` that names it, with the statement that drops it */
export async function dropDrillDatabase(maintenance: ConnectionTarget, database: string): Promise<void> {
  try {
    await withMaintenance(maintenance, (client) => dropDatabase(client, database));
  } catch (error) {
    throw new Failure(
      'restore-failed',
      `${describeTarget({ ...maintenance, database })} is a copy of the data and could not be dropped: ` +
        `${messageOf(error)}. Drop it by hand: ${dropStatement(database)}`,
      {
        cause: error,
        hint: 'Where prepared transactions hold it, end each one first, in that database: ROLLBACK PREPARED, as pg_prepared_xacts names it.',
      },
    );
  }
}

/** What a drill that was killed, or could not drop it, left there: each with the statement that drops it. */
export async function leftDatabases(maintenance: ConnectionTarget, now: Date): Promise<string[]> {
  const newest = `${PREFIX}${stampOf(new Date(now.getTime() - LEFT_AFTER_MS)).toLowerCase()}`;
  const names = await withMaintenance(maintenance, (client) => unusedBefore(client, newest));
  return names.map(
    (name) =>
      `${describeTarget({ ...maintenance, database: name })} was left by an earlier drill, and nobody uses it. Drop it by hand: ${dropStatement(name)}`,
  );
}

async function unusedBefore(client: Client, newest: string): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT d.datname AS name FROM pg_catalog.pg_database d
      WHERE d.datname ~ '^${PREFIX}\\d{8}t\\d{6}z_[0-9a-f]{6}$' AND d.datname < $1::name
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_activity a WHERE a.datid = d.oid)
      ORDER BY 1`,
    [newest],
  );
  return rows.map(({ name }) => name);
}

function dropStatement(database: string): string {
  return `DROP DATABASE ${escapeIdentifier(database)} WITH (FORCE);`;
}
