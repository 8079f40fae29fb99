/** What the facts of a server mean for a backup. Pure. */
import { humanBytes, humanSeconds } from '../../contract/human';
import type { Readiness } from '../../postgres/readiness';
import type { ServerFacts } from '../../postgres/server';
import type { ExaminedDatabase } from './database';
import { examinationsOfDatabase, type Examination } from './examination';

/** Above this directory format is not chosen by itself: dump-options.ts. */
const MANY_LARGE_OBJECTS = 10_000;

export function judgeServer(
  { name, major, target }: ExaminedDatabase,
  facts: ServerFacts,
  { tlsVersion }: Readiness,
): Examination[] {
  const { ok, warning, fault } = examinationsOfDatabase(name);
  const tls = `${tlsVersion ?? 'no TLS'}, as the mode ${target.sslMode} says`;
  return [
    target.sslMode === 'verify-full'
      ? ok('TLS', `${tls}: certificate and host name are verified`)
      : warning('TLS', tls, 'Somebody in between could read along or answer: take verify-full.'),
    facts.major === major
      ? ok('version', facts.version)
      : fault(
          'version',
          `the server is ${facts.version}, the settings say ${major}`,
          `Set major: ${facts.major}; pg_dump must have the same.`,
        ),
  ];
}

export function judgeReadiness(database: ExaminedDatabase, readiness: Readiness): Examination[] {
  return [
    judgePrivileges(database, readiness),
    judgeRowSecurity(database, readiness),
    judgeLargeObjects(database, readiness),
    judgeLocks(database, readiness),
    judgeConnections(database, readiness),
  ];
}

function judgePrivileges(
  { name, target }: ExaminedDatabase,
  { tableCount, unreadable }: Readiness,
): Examination {
  const { ok, fault } = examinationsOfDatabase(name);
  if (unreadable.length === 0) return ok('privileges', `${target.user} may read all ${tableCount} tables`);
  return fault(
    'privileges',
    `${target.user} may not read ${shortened(unreadable)}`,
    `GRANT pg_read_all_data TO ${identifier(target.user)};`,
  );
}

function judgeRowSecurity({ name, target }: ExaminedDatabase, { rowSecurity }: Readiness): Examination {
  const { ok, fault } = examinationsOfDatabase(name);
  if (rowSecurity.length === 0) return ok('row security', 'hides nothing from the role');
  return fault(
    'row security',
    `hides rows of ${shortened(rowSecurity)}: pg_dump refuses them`,
    `ALTER ROLE ${identifier(target.user)} BYPASSRLS;`,
  );
}

function judgeLargeObjects({ name, format }: ExaminedDatabase, readiness: Readiness): Examination {
  const { ok, warning, fault } = examinationsOfDatabase(name);
  const { largeObjects: count, unreadableLargeObjects: unreadable } = readiness;
  if (unreadable > 0)
    return fault(
      'large objects',
      `${unreadable} of ${count} may not be read`,
      'Before PostgreSQL 19 pg_read_all_data does not cover them: GRANT SELECT ON LARGE OBJECT each, or back up as their owner.',
    );
  if (format === 'directory' && count > MANY_LARGE_OBJECTS)
    return warning(
      'large objects',
      `${count}, each a file of its own in directory format`,
      'Leave dump.format out, or take custom.',
    );
  return ok('large objects', count === 0 ? 'none' : `all ${count} may be read`);
}

/** Holder, inventory and pg_dump each lock every table; the server has room for two locks of different sessions a slot. */
function judgeLocks(database: ExaminedDatabase, readiness: Readiness): Examination {
  const { ok, warning, fault } = examinationsOfDatabase(database.name);
  const { tableCount, maxLocksPerTransaction, lockingSessions } = readiness;
  const locks = tableCount * (2 + inventoryConnections(database));
  const room = 2 * maxLocksPerTransaction * lockingSessions;
  const found = `${locks} for ${tableCount} tables, of ${room} that the server has for all`;
  const enough = 2 ** Math.ceil(Math.log2(locks / lockingSessions));
  const hint = `Raise max_locks_per_transaction from ${maxLocksPerTransaction} to ${enough}, and restart the server.`;
  if (locks > room) return fault('locks', found, hint);
  return locks > room / 2 ? warning('locks', found, hint) : ok('locks', found);
}

function judgeConnections(database: ExaminedDatabase, { freeConnections }: Readiness): Examination {
  const { ok, warning, fault } = examinationsOfDatabase(database.name);
  const needed = connectionsOf(database);
  const found = `a backup opens ${needed}, ${freeConnections} are free now`;
  const hint =
    'Lower dump.jobs, raise max_connections or the limit of the role, or choose an hour with less load.';
  if (freeConnections < needed) return fault('connections', found, hint);
  return freeConnections < 2 * needed ? warning('connections', found, hint) : ok('connections', found);
}

/** Holder, inventory, pg_dump with its workers, pg_dumpall. */
function connectionsOf(database: ExaminedDatabase): number {
  const workers = (database.format ?? 'directory') === 'directory' ? database.jobs : 0;
  return 3 + workers + inventoryConnections(database);
}

function inventoryConnections({ inventory }: ExaminedDatabase): number {
  return { none: 0, rows: 1, 'rows+content': 2 }[inventory];
}

/** Bytes of the database a second by one connection: measured on one machine, without a network in between. */
const MEASURED = { 'gzip:1': 110e6, gzip: 45e6, other: 220e6 } as const;
/** A second connection is not twice as quick: both wait for the same disks. */
const GAIN_OF_JOBS = 1.4;

export function judgeTime(database: ExaminedDatabase, { databaseBytes, major }: ServerFacts): Examination {
  const { ok, warning } = examinationsOfDatabase(database.name);
  const { format = 'directory', jobs, expectedMinutes, compression } = database;
  const used = compression ?? (format === 'plain' || major < 16 ? 'gzip:1' : 'zstd:1');
  const rate =
    used === 'gzip:1' ? MEASURED['gzip:1'] : used.startsWith('gzip') ? MEASURED.gzip : MEASURED.other;
  const bytesPerSecond = rate * (format === 'directory' && jobs > 1 ? GAIN_OF_JOBS : 1);
  const seconds = databaseBytes / bytesPerSecond;
  const found = `${humanBytes(databaseBytes)}, about ${humanSeconds(seconds)} at ${humanBytes(bytesPerSecond)}/s: an estimate from another machine; a network is slower`;
  return seconds > expectedMinutes * 60
    ? warning(
        'time',
        found,
        `Raise schedule.expectedMinutes from ${expectedMinutes}, or take zstd:1 and more jobs.`,
      )
    : ok('time', found);
}

function shortened(names: readonly string[]): string {
  const [first, more] = [names.slice(0, 5).join(', '), names.length - 5];
  return more > 0 ? `${first} and ${more} more` : first;
}

function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
