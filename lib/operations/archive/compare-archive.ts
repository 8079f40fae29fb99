/** What came of an archive: counted, and held against the archive's own rows and sequences. There is nothing else. */
import type { Client } from 'pg';
import type { Difference } from '../../contract/inventory';
import { compareDigests } from '../../postgres/compare/compare-digests';
import type { DumpDigest } from '../../postgres/compare/copy-digest';
import { readable } from '../../postgres/compare/identifiers';
import { compareSequences, readSequences } from '../../postgres/compare/sequence-sets';
import type { ConnectionTarget } from '../../postgres/connection';
import { digestDatabase, digestDump } from '../../postgres/data-digests';
import type { FetchedDump } from '../../postgres/fetched-dump';
import { withStoppableSession } from '../../postgres/stoppable-session';
import { qualifiedName } from '../../postgres/tables';
import type { Toolchain } from '../../postgres/toolchain';
import type { ArchiveComparison } from './archive-request';

export interface LoadedArchive {
  readonly dump: FetchedDump;
  readonly target: ConnectionTarget;
  readonly toolchain: Toolchain;
  /** False where the archive went into databases of its own: then nothing is held against it. */
  readonly compare: boolean;
  readonly signal: AbortSignal;
}

export async function compareWithArchive(loaded: LoadedArchive): Promise<ArchiveComparison> {
  const { dump, target, toolchain, signal } = loaded;
  const archive = loaded.compare ? await digestDump(dump, toolchain, signal) : undefined;
  return withStoppableSession(target, signal, async (client) => {
    const roots = await partitionedTables(client);
    const viaRoots = roots.some((name) => (archive?.tables.get(name)?.rows ?? 0) > 0);
    const restored = await digestDatabase(target, toolchain, archive ?? NOTHING, signal, viaRoots);
    const sequences = await readSequences(client);
    const extensions = await extensionsOf(client);
    const held = { ...counted(restored), sequences: sequences.size, extensions };
    if (archive === undefined)
      return { held, differences: [], compared: { tables: 0, rows: 0, sequences: 0 } };
    const untold = untoldTables(archive, restored);
    const differences = [
      ...compareDigests(archive, without(restored, untold)),
      ...compareSequences(archive.sequences, sequences, []),
      ...untold.map(notCompared),
    ];
    return { held, differences, compared: { ...counted(archive), sequences: archive.sequences.size } };
  });
}

const NOTHING: DumpDigest = {
  encoding: 'UTF8',
  tables: new Map(),
  largeObjects: { rows: 0, digest: '' },
  sequences: new Map(),
};

function counted({ tables }: DumpDigest): { readonly tables: number; readonly rows: number } {
  return { tables: tables.size, rows: [...tables.values()].reduce((sum, { rows }) => sum + rows, 0) };
}

/** pg_dump writes a COPY for each table, even for an empty one: where there is none, INSERT filled it. */
function untoldTables(archive: DumpDigest, restored: DumpDigest): string[] {
  return [...restored.tables].flatMap(([name, { rows }]) =>
    rows > 0 && !archive.tables.has(name) ? [name] : [],
  );
}

function without(digest: DumpDigest, names: readonly string[]): DumpDigest {
  const tables = [...digest.tables].filter(([name]) => !names.includes(name));
  return { ...digest, tables: new Map(tables) };
}

function notCompared(name: string): Difference {
  return {
    class: 'environment',
    subject: `table ${readable(name)}`,
    text: 'was not compared: the archive fills it by INSERT, or by a COPY that does not name its schema',
  };
}

async function partitionedTables(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ schema: string; name: string }>(
    `SELECT n.nspname AS schema, c.relname AS name FROM pg_catalog.pg_class c
       JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'p'`,
  );
  return rows.map(qualifiedName);
}

/** Less what every database has. */
async function extensionsOf(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT extname || ' ' || extversion AS name FROM pg_catalog.pg_extension WHERE extname <> 'plpgsql' ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
}
