/** One database, from this machine: whether a backup as the settings say would work, and how long it would take. */
import type { Client } from 'pg';
import { Failure, messageOf } from '../../contract/failure';
import type { ArchiveFormat } from '../../contract/manifest';
import { connect, type ConnectionTarget } from '../../postgres/connection';
import { readReadiness, type Readiness } from '../../postgres/readiness';
import { readServerFacts, refuseTransactionPooler, type ServerFacts } from '../../postgres/server';
import { prepareSession } from '../../postgres/snapshot';
import { toolchainFor } from '../../postgres/toolchain';
import { judgeReadiness, judgeServer, judgeTime } from './database-verdicts';
import { examinationsOfDatabase, type Examination } from './examination';

export interface ExaminedDatabase {
  /** In the store. */
  readonly name: string;
  readonly target: ConnectionTarget;
  readonly major: number;
  /** undefined: directory, custom where large objects are many. */
  readonly format: ArchiveFormat | undefined;
  readonly jobs: number;
  readonly compression: string | undefined;
  readonly inventory: 'none' | 'rows' | 'rows+content';
  readonly expectedMinutes: number;
}

export interface DatabaseDiagnosis {
  readonly examinations: readonly Examination[];
  /** undefined: not reached. */
  readonly databaseBytes: number | undefined;
}

const LOCK_TIMEOUT_SECONDS = 10;

export async function examineDatabase(database: ExaminedDatabase): Promise<DatabaseDiagnosis> {
  const { ok, fault } = examinationsOfDatabase(database.name);
  const { host, port } = database.target;
  let client: Client;
  try {
    client = await connect(database.target, 'backstop doctor');
  } catch (error) {
    return { examinations: [fault('connection', messageOf(error), hintOf(error))], databaseBytes: undefined };
  }
  try {
    const examinations = [
      ok('connection', `${host}:${port} answers this machine; the task has a network of its own`),
    ];
    const pooler = await examinePooler(database, client);
    // Through a pooler nothing else that is read means what it says.
    if (pooler.outcome === 'fault')
      return { examinations: [...examinations, pooler], databaseBytes: undefined };
    const { facts, readiness } = await read(client);
    return {
      examinations: [
        ...examinations,
        pooler,
        ...judgeServer(database, facts, readiness),
        await examineClient(database, facts),
        ...judgeReadiness(database, readiness),
        judgeTime(database, facts),
      ],
      databaseBytes: facts.databaseBytes,
    };
  } catch (error) {
    return { examinations: [fault('queries', messageOf(error), hintOf(error))], databaseBytes: undefined };
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function read(client: Client): Promise<{ facts: ServerFacts; readiness: Readiness }> {
  await prepareSession(client, LOCK_TIMEOUT_SECONDS);
  return { facts: await readServerFacts(client), readiness: await readReadiness(client) };
}

async function examinePooler({ name, target }: ExaminedDatabase, client: Client): Promise<Examination> {
  const { ok, fault } = examinationsOfDatabase(name);
  try {
    await refuseTransactionPooler(target, client);
    return ok('pooler', 'none in between');
  } catch (error) {
    return fault('pooler', messageOf(error), hintOf(error));
  }
}

/** The image of the task brings its own: this is for backups and restores from here. */
async function examineClient({ name }: ExaminedDatabase, { major }: ServerFacts): Promise<Examination> {
  const { ok, warning } = examinationsOfDatabase(name);
  try {
    const { version, directory } = await toolchainFor(major);
    return ok('client programs', `${version} in ${directory}`);
  } catch (error) {
    return warning(
      'client programs',
      messageOf(error),
      `Only for backups and restores from here. ${hintOf(error)}`,
    );
  }
}

function hintOf(error: unknown): string {
  if (messageOf(error).includes('certificate'))
    return "Set tls.authorities of the connection: 'rds', or the path of the authority's certificate.";
  return (error instanceof Failure ? error.hint : undefined) ?? 'Look at the log of the server.';
}
