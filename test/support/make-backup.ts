/** The real backup operation with what a test cares about, and a look at what it left behind. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DEFAULT_KEEP } from '../../lib/contract/retention';
import { backup } from '../../lib/operations/backup';
import type { BackupRequest, BackupResult } from '../../lib/operations/backup-request';
import { connectionTarget } from '../../lib/postgres/connection';
import { systemClock, type Clock } from '../../lib/runtime/clock';
import { DirectoryStore } from '../../lib/runtime/directory-store';
import { createKeyFile, FileSigner } from '../../lib/runtime/file-signer';
import { silentReporter } from '../../lib/runtime/reporter';
import type { Signer } from '../../lib/runtime/signer';
import type { Store } from '../../lib/runtime/store';
import { query } from './postgres-cluster';

export interface Bench {
  readonly url: string;
  readonly store: Store;
  readonly signer: Signer;
  readonly publicKeyFile: string;
  readonly keyFile: string;
  readonly scratchRoot: string;
  backup(changes?: Partial<BackupRequest>, signal?: AbortSignal, clock?: Clock): Promise<BackupResult>;
  /** Keys of all objects in the store. */
  keys(prefix?: string): Promise<string[]>;
}

/** @param own signs instead of the key file that is made. @default - the key file */
export async function makeBench(url: string, store?: Store, own?: Signer): Promise<Bench> {
  const home = mkdtempSync(path.join(tmpdir(), 'bench-'));
  const keyFile = path.join(home, 'key.pem');
  const publicKeyFile = await createKeyFile(keyFile);
  const signer = own ?? (await FileSigner.open(keyFile));
  const scratchRoot = path.join(home, 'scratch');
  mkdirSync(scratchRoot);
  const used = store ?? new DirectoryStore(path.join(home, 'store'));
  const request: BackupRequest = {
    database: 'shop',
    target: connectionTarget(url, {}),
    jobs: 2,
    excludeTableData: [],
    tables: [],
    inventory: 'rows',
    keep: DEFAULT_KEEP,
    reason: 'test',
    requestedBy: 'tester',
    lockTimeoutSeconds: 5,
    stallTimeoutSeconds: 60,
    scratchRoot,
  };
  return {
    url,
    store: used,
    signer,
    keyFile,
    publicKeyFile,
    scratchRoot,
    backup: (changes = {}, signal = new AbortController().signal, clock = systemClock) =>
      backup(
        { ...request, ...changes },
        { store: used, signer, clock, reporter: silentReporter, randomBytes, signal },
      ),
    keys: async (prefix = '') => {
      const keys: string[] = [];
      for await (const { key } of used.list(prefix)) keys.push(key);
      return keys;
    },
  };
}

/** What a run that failed must not leave: a manifest, a session on the server, a file in the scratch folder. */
export async function remains(
  bench: Bench,
): Promise<{ manifests: string[]; sessions: unknown[]; scratch: string[] }> {
  const database = new URL(bench.url).pathname.slice(1);
  const sessions = await query(
    bench.url.replace(/\/[^/]*$/, '/postgres'),
    `SELECT pid, application_name, state, query FROM pg_stat_activity
      WHERE datname = '${database}' AND application_name LIKE 'backstop%'`,
  );
  const scratch = existsSync(bench.scratchRoot) ? readdirSync(bench.scratchRoot) : [];
  return { manifests: await bench.keys('manifests/'), sessions, scratch };
}

export const NOTHING = { manifests: [], sessions: [], scratch: [] };
