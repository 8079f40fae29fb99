/** Rows that a restored table has and the running database has not: told, and written as a script that puts them back. */
import { existsSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { Client } from 'pg';
import { Failure, messageOf } from '../contract/failure';
import type { Manifest } from '../contract/manifest';
import { readableName } from '../postgres/compare/identifiers';
import { describeTarget, type ConnectionTarget } from '../postgres/connection';
import { pinSettings } from '../postgres/inventory/pin-settings';
import { findGoneRows, type GoneRows, type GoneTable } from '../postgres/missing-rows/gone-rows';
import { faultsOfLive, primaryKeys } from '../postgres/missing-rows/keys';
import { scriptOf } from '../postgres/missing-rows/script';
import type { TableName } from '../postgres/part/choose-tables';
import { withStoppableSession } from '../postgres/stoppable-session';
import { qualifiedName } from '../postgres/tables';
import { unhindered, withSession } from '../postgres/target-server';
import type { RestorePlan } from './restore-plan';

export interface MissingRowsRequest {
  /** The running database: only read. */
  readonly live: ConnectionTarget;
  /** File that is written; never one that exists. */
  readonly script: string;
}

export interface MissingRows {
  readonly tables: readonly Pick<GoneTable, 'schema' | 'name' | 'rows' | 'firstKeys'>[];
  /** Undefined where no row is missing. */
  readonly script: string | undefined;
}

/** @throws Failure `restore-refused` before anything is restored; `database-unreachable` */
export async function admitMissingRows(
  { live, script }: MissingRowsRequest,
  { catalog }: Pick<Manifest, 'catalog'>,
  tables: readonly TableName[],
): Promise<void> {
  if (existsSync(script))
    throw refused(`${script} exists.`, 'It is not overwritten: name another file by --script.');
  const keys = primaryKeys(catalog);
  const without = tables.filter((table) => !keys.has(qualifiedName(table))).map(readableName);
  if (without.length > 0) {
    throw refused(
      `Which rows are missing cannot be told without a primary key: ${without.join(', ')}.`,
      'Restore them without --rows-missing-in, and compare by hand.',
    );
  }
  const faults = await withSession(unhindered(live), (client) => faultsOfLive(client, tables, keys));
  if (faults.length > 0) {
    throw refused(
      `Rows cannot be put back into ${describeTarget(live)}: ${faults.join('; ')}.`,
      'Restore the table without --rows-missing-in, and copy it from the side database with pg_dump --table.',
    );
  }
}

function refused(message: string, hint: string): Failure {
  return new Failure('restore-refused', message, { hint });
}

/** @throws Failure `restore-failed` where the databases cannot be compared; the restored one is left */
export async function writeMissingRows(
  plan: RestorePlan,
  request: MissingRowsRequest,
  tables: readonly TableName[],
): Promise<MissingRows> {
  const { target, warn, tools } = plan;
  const { live, script } = request;
  const { signal } = tools;
  try {
    return await withStoppableSession(unhindered(live), signal, (liveClient) =>
      withStoppableSession(target, signal, async (side) => {
        await begin(side, 'BEGIN');
        await begin(liveClient, 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
        const gone = await findGoneRows(side, liveClient, tables, signal);
        await liveClient.query('ROLLBACK');
        for (const text of gone.warnings) warn(text);
        const found = gone.tables.map(({ schema, name, rows, firstKeys }) => ({
          schema,
          name,
          rows,
          firstKeys,
        }));
        const any = gone.tables.some(({ rows }) => rows > 0);
        if (any) await writeScript(plan, request, side, gone);
        return { tables: found, script: any ? script : undefined };
      }),
    );
  } catch (error) {
    signal.throwIfAborted();
    throw new Failure(
      'restore-failed',
      `${describeTarget(target)} was restored; which rows ${describeTarget(live)} lacks was not found out: ${messageOf(error)}`,
      { cause: error, hint: 'The restored database is left, and no script was written.' },
    );
  }
}

/** Values read the same in both; a lock that somebody holds is not waited for. */
async function begin(client: Client, statement: string): Promise<void> {
  await client.query(statement);
  await pinSettings(client);
  await client.query("SET LOCAL lock_timeout = '10s'");
}

/** Private: it holds rows. One that was not written to its end is removed; psql would not run it to its COMMIT anyway. */
async function writeScript(
  { manifest, tools }: RestorePlan,
  { live, script }: MissingRowsRequest,
  side: Client,
  gone: GoneRows,
): Promise<void> {
  const { database, id, snapshotAt } = manifest;
  const head = {
    point: `${database} ${id}, as of ${snapshotAt}`,
    writtenAt: tools.clock.now().toISOString(),
    live: describeTarget(live),
  };
  const file = await open(script, 'wx', 0o600);
  try {
    await pipeline(scriptOf(side, gone, head, tools.signal), file.createWriteStream());
  } catch (error) {
    await rm(script, { force: true });
    throw error;
  }
}
