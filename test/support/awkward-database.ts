/** A fixture's schema in a database of its own, and real dump-and-restore twins of any database. */
import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { query, serverBinDirectory } from './postgres-cluster';
import { freshDatabase, sharedServers } from './shared-servers';
import { run } from './spawn';

/** Schemas in test/fixtures, each a world of its own. */
export const FIXTURES = ['awkward', 'traps', 'rails', 'django', 'rare', 'settings'] as const;
export type Fixture = (typeof FIXTURES)[number];

function program(major: number, name: string): string {
  return `${serverBinDirectory(major)}/${name}`;
}

export function awkwardDatabase(major = 15): Promise<string> {
  return fixtureDatabase('awkward', major);
}

export async function fixtureDatabase(fixture: Fixture | 'linked', major = 15): Promise<string> {
  const url = await freshDatabase(major);
  const schema = path.resolve(__dirname, `../fixtures/${fixture}-schema.sql`);
  await run(program(major, 'psql'), ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', schema, url]);
  return url;
}

/**
 * Restores a fresh dump of a database into another new one; answers with the new one's URL.
 *
 * @param major of the server that is restored into @param dumpedBy major of the source
 */
export async function restoredTwin(
  url: string,
  major = 15,
  options: readonly string[] = [],
  dumpedBy = major,
): Promise<string> {
  const twin = await freshDatabase(major);
  const archive = path.join(tmpdir(), `${new URL(twin).pathname.slice(1)}.dump`);
  await run(program(dumpedBy, 'pg_dump'), ['-Fc', '-Z1', '-f', archive, url]);
  await run(program(major, 'pg_restore'), ['--exit-on-error', ...options, '-d', twin, archive]);
  await rm(archive);
  return twin;
}

/** A copy of a database that nobody is connected to: quicker than a restore. */
export async function copyOf(url: string, major = 15): Promise<string> {
  const copy = new URL(url);
  copy.pathname = `${copy.pathname}_${randomBytes(3).toString('hex')}`;
  const [name, template] = [copy.pathname.slice(1), new URL(url).pathname.slice(1)];
  await query(
    sharedServers().postgres[String(major)] ?? '',
    `CREATE DATABASE "${name}" TEMPLATE "${template}"`,
  );
  return copy.toString();
}

/** A database's data as pg_dump writes it. */
export async function* plainData(url: string, major = 15): AsyncGenerator<Uint8Array> {
  const file = path.join(tmpdir(), `${randomBytes(6).toString('hex')}.sql`);
  await run(program(major, 'pg_dump'), ['--data-only', '-f', file, url], {
    env: { ...process.env, PGTZ: 'UTC' },
  });
  for await (const chunk of createReadStream(file)) yield chunk as Uint8Array;
  await rm(file);
}
