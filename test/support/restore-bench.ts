/** The real restore operation on a bench (make-backup.ts), and what the server holds afterwards. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { auditPrefix, type AuditEvent } from '../../lib/contract/audit-event';
import { NO_HOOKS } from '../../lib/contract/restore-hooks';
import { restore } from '../../lib/operations/restore';
import type { RestoreRequest, RestoreResult, RestoreTools } from '../../lib/operations/restore-request';
import {
  restoreTables,
  type RestoreTablesRequest,
  type RestoreTablesResult,
} from '../../lib/operations/restore-tables';
import { connectionTarget } from '../../lib/postgres/connection';
import { systemClock } from '../../lib/runtime/clock';
import { silentReporter } from '../../lib/runtime/reporter';
import type { Bench } from './make-backup';
import { query } from './postgres-cluster';

export interface RestoreBench {
  readonly targetDatabase: string;
  /** Of the target database. */
  readonly url: string;
  readonly scratchRoot: string;
  restore(changes?: Partial<RestoreRequest>, tools?: Partial<RestoreTools>): Promise<RestoreResult>;
  restoreTables(
    tables: readonly string[],
    changes?: Partial<RestoreTablesRequest>,
    tools?: Partial<RestoreTools>,
  ): Promise<RestoreTablesResult>;
  /** Whether the target database is there. */
  exists(): Promise<boolean>;
  /** What lies in the scratch folder. */
  scratch(): string[];
}

/** @param server URL of any database on the server that is restored into */
export function restoreBench(bench: Bench, server = bench.url): RestoreBench {
  const targetDatabase = `restored_${randomBytes(5).toString('hex')}`;
  // Inside a folder of its own: what climbed out of it would be seen beside it.
  const scratchRoot = path.join(mkdtempSync(path.join(tmpdir(), 'restore-')), 'scratch');
  mkdirSync(scratchRoot);
  const at = (database: string) => {
    const url = new URL(server);
    url.pathname = `/${database}`;
    return url.toString();
  };
  const request: RestoreRequest = {
    point: 'newest',
    maintenance: connectionTarget(at('postgres'), {}),
    targetDatabase,
    jobs: 2,
    owners: false,
    compare: 'content',
    keepFailed: false,
    scratchRoot,
    checks: [],
    hooks: NO_HOOKS,
    allow: [],
    reason: 'test',
    requestedBy: 'tester',
  };
  return {
    targetDatabase,
    url: at(targetDatabase),
    scratchRoot,
    restore: async (changes = {}, tools = {}) =>
      restore({ ...request, ...changes }, { ...(await toolsOf(bench)), ...tools }),
    restoreTables: async (tables, changes = {}, tools = {}) =>
      restoreTables({ ...request, tables, ...changes }, { ...(await toolsOf(bench)), ...tools }),
    exists: async () => {
      const rows = await query(at('postgres'), `SELECT FROM pg_database WHERE datname = '${targetDatabase}'`);
      return rows.length > 0;
    },
    scratch: () => (existsSync(scratchRoot) ? readdirSync(scratchRoot) : []),
  };
}

/** What restores of this bench told of themselves, in order. */
export async function restoreAudit(bench: Bench): Promise<AuditEvent[]> {
  const events: AuditEvent[] = [];
  for (const key of await bench.keys(auditPrefix('restore')))
    events.push(JSON.parse(await text(await bench.store.get(key))) as AuditEvent);
  return events.sort((a, b) => a.at.localeCompare(b.at));
}

async function toolsOf(bench: Bench): Promise<RestoreTools> {
  return {
    store: bench.store,
    trust: { keys: await bench.signer.trustedPublicKeys(), allowUnsigned: false },
    clock: systemClock,
    reporter: silentReporter,
    randomBytes,
    ask: () => Promise.resolve(undefined),
    environment: {},
    caller: {},
    signal: new AbortController().signal,
  };
}
