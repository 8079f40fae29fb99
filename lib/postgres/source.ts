/**
 * The database that is backed up: one session, the holder, keeps lock and snapshot until it is closed. When its
 * connection is lost, so is the claim that dump and inventory saw the same.
 */
import type { Client } from 'pg';
import { Failure } from '../contract/failure';
import { connect, describeTarget, type ConnectionTarget } from './connection';
import { refusedQuery } from './refused-query';
import { readServerFacts, refuseTransactionPooler, type ServerFacts } from './server';
import { joinSnapshot, prepareSession, takeSnapshot, type Snapshot } from './snapshot';
import { tablesMatching } from './table-patterns';
import type { Table } from './tables';

/** First half of the advisory lock's key; the second is the hash of the backup's name. */
const LOCK_NAMESPACE = 0x6261636b;

export interface SourceOptions {
  /** Two backups under one name do not run at once. */
  readonly name: string;
  readonly applicationName: string;
  readonly lockTimeoutSeconds: number;
  readonly excludeTableData: readonly string[];
  readonly tables: readonly string[];
  /** What takes time and needs no snapshot: called when this run is the only one, and nothing is locked yet. */
  readonly beforeLocks?: (facts: ServerFacts) => Promise<void>;
  /** Ends the waiting for locks, with the signal's reason. @default - each lock is waited for as long as it may take */
  readonly signal?: AbortSignal;
}

export interface Source {
  readonly target: ConnectionTarget;
  readonly facts: ServerFacts;
  readonly snapshot: Snapshot;
  /** The holder itself, in the snapshot: for queries that take little time. */
  readonly holder: Client;
  /** Aborted with a Failure when the holder's connection is lost. */
  readonly lost: AbortSignal;
  /** Tables whose rows the dump must hold. */
  readonly dumped: readonly Table[];
  /** Patterns to leave rows out that match no table. */
  readonly unmatchedExclusions: readonly string[];
  /** Partitioned tables whose own rows are excluded while a partition's are not. */
  readonly excludedParents: readonly string[];
  /** Unlogged tables of a standby, which has not their rows. */
  readonly unloggedOnReplica: readonly Table[];
  /** Another session in the same snapshot, which the signal ends. */
  join(signal: AbortSignal): Promise<Client>;
  /**
   * Gives snapshot and locks back: nobody has to wait for what is still to be stored. That this backup is the only one
   * holds until `close`.
   * @throws Failure where the snapshot has not been held until now
   */
  release(): Promise<void>;
  close(): Promise<void>;
}

export async function openSource(target: ConnectionTarget, options: SourceOptions): Promise<Source> {
  const holder = await connect(target, options.applicationName);
  const lost = watchForLoss(target, holder);
  const stop = () => void holder.end().catch(() => undefined);
  options.signal?.addEventListener('abort', stop, { once: true });
  try {
    options.signal?.throwIfAborted();
    await refuseTransactionPooler(target, holder);
    // From here on nothing that users made in the database can stand in for a function or operator of the system.
    await prepareSession(holder, options.lockTimeoutSeconds);
    const facts = await readServerFacts(holder);
    const excluded = await tablesMatching(holder, options.excludeTableData);
    const excludedParents = await parentsWithout(holder, excluded.oids);
    const chosen = await chosenTables(holder, options.tables);
    await demandAlone(holder, options.name);
    await options.beforeLocks?.(facts);
    const snapshot = await takeSnapshot(target, holder);
    const isChosen = (table: Table) =>
      table.kind === 'table' && !excluded.oids.has(table.oid) && (chosen?.has(table.oid) ?? true);
    const isThere = (table: Table) => !(table.unlogged && facts.role === 'replica');
    const chosenOnes = snapshot.tables.filter(isChosen);
    return {
      target,
      facts,
      snapshot,
      holder,
      lost: lost.signal,
      dumped: chosenOnes.filter(isThere),
      unmatchedExclusions: excluded.unmatched,
      excludedParents,
      unloggedOnReplica: chosenOnes.filter((table) => !isThere(table)),
      join: (signal) => joinSnapshot(target, snapshot, options, signal),
      release: () => release(holder, lost.signal),
      close: () => close(holder, lost),
    };
  } catch (error) {
    await close(holder, lost);
    options.signal?.throwIfAborted();
    const what = `${describeTarget(target)}: no snapshot could be taken`;
    throw lost.signal.aborted
      ? lost.signal.reason
      : refusedQuery(what, error, 'Run again when the server is at rest.');
  } finally {
    options.signal?.removeEventListener('abort', stop);
  }
}

async function demandAlone(holder: Client, name: string): Promise<void> {
  const { rows } = await holder.query<{ granted: boolean }>(
    'SELECT pg_try_advisory_lock($1::int, hashtext($2::text)) AS granted',
    [LOCK_NAMESPACE, name],
  );
  if (rows[0]?.granted === true) return;
  throw new Failure('already-running', `Another backup of ${name} is running against this server.`, {
    hint: 'Wait for it to end; pg_stat_activity shows its sessions under application names that start with "backstop".',
  });
}

/** undefined for the whole database. */
async function chosenTables(
  client: Client,
  patterns: readonly string[],
): Promise<ReadonlySet<number> | undefined> {
  if (patterns.length === 0) return undefined;
  const { oids, unmatched } = await tablesMatching(client, patterns);
  if (unmatched.length === 0) {
    await demandChildren(client, oids);
    return oids;
  }
  throw new Failure('usage', `No table matches ${unmatched.join(', ')}.`, {
    hint: 'Patterns are those of psql: schema.table, * and ?; quote names that have upper case.',
  });
}

const CHILDREN_LEFT_OUT = `
  SELECT inhparent::regclass::text AS parent, inhrelid::regclass::text AS child FROM pg_inherits
   WHERE inhparent = ANY ($1::oid[]) AND NOT inhrelid = ANY ($1::oid[])
     AND EXISTS (SELECT FROM pg_class WHERE oid = inhrelid AND relkind IN ('r', 'p'))
   ORDER BY 1, 2`;

/** Parents of whose children not all are among the tables given. */
async function parentsWithout(client: Client, tables: ReadonlySet<number>): Promise<string[]> {
  const { rows } = await client.query<{ parent: string }>(CHILDREN_LEFT_OUT, [[...tables]]);
  return [...new Set(rows.map(({ parent }) => parent))];
}

/** To pg_dump a table without its partitions is one without their rows. */
async function demandChildren(client: Client, chosen: ReadonlySet<number>): Promise<void> {
  const { rows } = await client.query<{ parent: string; child: string }>(CHILDREN_LEFT_OUT, [[...chosen]]);
  const [first] = rows;
  if (first === undefined) return;
  throw new Failure(
    'usage',
    `The export would lack rows of ${first.parent}: ${first.child} belongs to it and is not chosen.`,
    {
      hint: `Choose partitions and children, too: ${rows
        .map(({ child }) => `--table '${child}'`)
        .slice(0, 5)
        .join(' ')}.`,
    },
  );
}

function watchForLoss(target: ConnectionTarget, holder: Client): AbortController {
  const lost = new AbortController();
  const onLoss = () => {
    lost.abort(
      new Failure(
        'database-unreachable',
        `${describeTarget(target)}: the connection that holds the snapshot was lost.`,
        {
          hint: 'Look at the server: did it restart, or did somebody end the session? Then run again.',
        },
      ),
    );
  };
  holder.once('error', onLoss);
  holder.once('end', onLoss);
  return lost;
}

async function release(holder: Client, lost: AbortSignal): Promise<void> {
  lost.throwIfAborted();
  try {
    // In a transaction that has failed, COMMIT would end well.
    await holder.query('SELECT 1');
    await holder.query('COMMIT');
    // Whatever becomes of the session now, the snapshot was held for as long as it was read.
    holder
      .removeAllListeners('end')
      .removeAllListeners('error')
      .on('error', () => undefined);
  } catch (error) {
    lost.throwIfAborted();
    throw new Failure('database-unreachable', 'The session that holds the snapshot has failed.', {
      cause: error,
    });
  }
}

async function close(holder: Client, lost: AbortController): Promise<void> {
  holder.removeAllListeners('end');
  if (!lost.signal.aborted) await holder.end().catch(() => undefined);
}
