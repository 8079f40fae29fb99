/** Databases fill memory: those of the test files that this worker has finished are dropped when the next one makes its first. */
import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';

const FILE = path.join(tmpdir(), `databases-of-worker-${process.env['JEST_WORKER_ID'] ?? '0'}`);
/** Of this test file: jest loads each module anew for each. */
let dropping: Promise<void> | undefined;

/** To be dropped once this test file is finished. */
export function remember(url: string): void {
  appendFileSync(FILE, `${url}\n`);
}

export function dropSpent(): Promise<void> {
  return (dropping ??= dropAll());
}

async function dropAll(): Promise<void> {
  if (!existsSync(FILE)) return;
  const urls = readFileSync(FILE, 'utf8').trimEnd().split('\n');
  rmSync(FILE);
  const servers = Object.groupBy(urls, (url) => url.replace(/[^/]*$/, 'postgres'));
  await Promise.all(Object.entries(servers).map(([server, there]) => dropOn(server, there ?? [])));
}

/** One that a test dropped or renamed, or that somebody still uses, is left. */
async function dropOn(server: string, urls: readonly string[]): Promise<void> {
  const client = new Client({ connectionString: server });
  await client.connect();
  for (const url of urls)
    await client.query(`DROP DATABASE IF EXISTS "${new URL(url).pathname.slice(1)}"`).catch(() => undefined);
  await client.end();
}
