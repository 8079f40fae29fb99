/** What the dumped database is and holds, read in the dump's own snapshot while the dump runs. */
import type { Client } from 'pg';
import type { Catalog, Inventory } from '../contract/inventory';
import type { DatabaseSettings, Manifest, StoredFile } from '../contract/manifest';
import { POINT_OBJECTS } from '../contract/object-keys';
import { readCatalog } from '../postgres/catalog/read-catalog';
import { readDatabaseSettings } from '../postgres/database-settings';
import { dumpGlobals } from '../postgres/dump/globals';
import { takeInventory } from '../postgres/inventory';
import { refusedQuery } from '../postgres/refused-query';
import type { Source } from '../postgres/source';
import { qualifiedName } from '../postgres/tables';
import { demandUnchangedFunctions } from '../postgres/unchanged-functions';
import { together } from '../runtime/together';
import type { BackupProgress } from './backup-progress';
import type { BackupRequest, BackupTools } from './backup-request';
import type { Run } from './backup-run';

export interface SourceDescription {
  readonly inventory: Inventory | null;
  readonly catalog: Catalog;
  readonly databaseSettings: DatabaseSettings;
  readonly extensions: Manifest['extensions'];
  /** undefined where the provider refuses them. */
  readonly globals: StoredFile | undefined;
}

/** Counting takes one connection; hashing keeps two cores busy. */
const CONNECTIONS = { rows: 1, 'rows+content': 2 } as const;

const EXTENSIONS = `
  SELECT e.extname AS name, e.extversion AS version, n.nspname AS schema
    FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
   WHERE e.extname <> 'plpgsql' ORDER BY 1`;

export async function describeSource(
  request: BackupRequest,
  tools: BackupTools,
  run: Run,
  progress: BackupProgress,
  signal: AbortSignal,
): Promise<SourceDescription> {
  let inventory: Inventory | null = null;
  let rest: Omit<SourceDescription, 'inventory'> | undefined;
  await together(signal, [
    async (inner) => {
      inventory = await countRows(request, run.source, progress, inner);
    },
    async (inner) => {
      rest = await describeRest(request, tools, run, progress, inner);
    },
  ]);
  if (rest === undefined) throw new TypeError('together() waits for both');
  return { inventory, ...rest };
}

async function describeRest(
  request: BackupRequest,
  tools: BackupTools,
  run: Run,
  progress: BackupProgress,
  signal: AbortSignal,
): Promise<Omit<SourceDescription, 'inventory'>> {
  const described = await readSchema(run.source).catch((error: unknown) => {
    throw refusedQuery('The schema could not be read', error, 'Run again when the server is at rest.');
  });
  return { ...described, globals: await storeGlobals(request, tools, run, progress, signal) };
}

async function readSchema({
  target,
  holder,
}: Source): Promise<Omit<SourceDescription, 'inventory' | 'globals'>> {
  // The server locks each view whose definition it tells; a REFRESH that waits for that would stop pg_dump behind it.
  await holder.query('SAVEPOINT schema');
  const catalog = await readCatalog(holder);
  await demandUnchangedFunctions(target, holder);
  const databaseSettings = await readDatabaseSettings(holder);
  const { rows: extensions } = await holder.query<Manifest['extensions'][number]>(EXTENSIONS);
  await holder.query('ROLLBACK TO SAVEPOINT schema');
  return { catalog, databaseSettings, extensions };
}

async function countRows(
  request: BackupRequest,
  source: Source,
  progress: BackupProgress,
  signal: AbortSignal,
): Promise<Inventory | null> {
  const level = request.inventory;
  if (level === 'none') return null;
  const clients: Client[] = [];
  const endAll = () => Promise.all(clients.map((client) => client.end().catch(() => undefined)));
  try {
    for (let count = 0; count < CONNECTIONS[level]; count++) clients.push(await source.join(signal));
    const onWarning = (text: string) => {
      progress.warning(text);
    };
    return await takeInventory(clients, {
      level,
      excludedTables: namesWithoutRows(source),
      onWarning,
      signal,
    });
  } catch (error) {
    const otherwise = 'Without an inventory pg_dump may still manage: --inventory none.';
    throw signal.aborted ? signal.reason : refusedQuery('The inventory could not be taken', error, otherwise);
  } finally {
    await endAll();
  }
}

function namesWithoutRows(source: Source): ReadonlySet<string> {
  const dumped = new Set(source.dumped);
  return new Set(source.snapshot.tables.filter((table) => !dumped.has(table)).map(qualifiedName));
}

async function storeGlobals(
  request: BackupRequest,
  tools: BackupTools,
  run: Run,
  progress: BackupProgress,
  signal: AbortSignal,
): Promise<StoredFile | undefined> {
  if (request.tables.length > 0) return undefined;
  const globals = await dumpGlobals(request.target, run.toolchain, signal);
  if ('sql' in globals) {
    return tools.store.put(`${run.prefix}${POINT_OBJECTS.globals}`, Buffer.from(globals.sql), { signal });
  }
  progress.warning(`Roles and tablespaces could not be dumped: ${globals.refused}`);
  return undefined;
}
