/** The awkward schema in a database of its own, and real dump-and-restore twins of any database. */
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { serverBinDirectory } from './postgres-cluster';
import { freshDatabase } from './shared-servers';
import { run } from './spawn';

const SCHEMA = path.resolve(__dirname, '../fixtures/awkward-schema.sql');

function program(major: number, name: string): string {
  return `${serverBinDirectory(major)}/${name}`;
}

export async function awkwardDatabase(major = 15): Promise<string> {
  const url = await freshDatabase(major);
  await run(program(major, 'psql'), ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', SCHEMA, url]);
  return url;
}

/** Restores a fresh dump of a database into another new one on the same server; answers with the new one's URL. */
export async function restoredTwin(url: string, major = 15): Promise<string> {
  const twin = await freshDatabase(major);
  const archive = path.join(tmpdir(), `${new URL(twin).pathname.slice(1)}.dump`);
  await run(program(major, 'pg_dump'), ['-Fc', '-Z1', '-f', archive, url]);
  await run(program(major, 'pg_restore'), ['--exit-on-error', '-d', twin, archive]);
  await rm(archive);
  return twin;
}
