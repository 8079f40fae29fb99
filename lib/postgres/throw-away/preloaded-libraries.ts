/**
 * Extensions that work only where their library is loaded when the server starts. Each refuses by itself where it is not
 * (`_PG_init` looks at process_shared_preload_libraries_in_progress):
 * https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-SHARED-PRELOAD-LIBRARIES
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { ServerSettings } from './server-settings';

interface Preloaded {
  readonly library: string;
  /** Where its code or its documentation says so. */
  readonly source: string;
  /** CREATE EXTENSION is refused without; otherwise only its use. */
  readonly toCreate: boolean;
  /** What keeps it from acting on its own: a drill's database changes by nobody but the restore. */
  readonly settings?: (database: string) => ServerSettings;
}

/** By extension. citus wants to be the first. */
const PRELOADED: Readonly<Record<string, Preloaded>> = {
  citus: {
    library: 'citus',
    source: 'https://github.com/citusdata/citus/blob/main/src/backend/distributed/shared_library_init.c',
    toCreate: true,
  },
  pg_cron: {
    library: 'pg_cron',
    source: 'https://github.com/citusdata/pg_cron/blob/main/pg_cron.sql',
    toCreate: true,
    settings: (database) => ({ 'cron.database_name': database, 'cron.launch_active_jobs': 'off' }),
  },
  pg_duckdb: {
    library: 'pg_duckdb',
    source: 'https://github.com/duckdb/pg_duckdb/issues/367',
    toCreate: true,
  },
  pg_net: {
    library: 'pg_net',
    source: 'https://github.com/supabase/pg_net/blob/master/src/worker.c',
    toCreate: true,
  },
  pg_search: {
    library: 'pg_search',
    source: 'https://github.com/paradedb/paradedb/pull/1690',
    toCreate: true,
  },
  pg_squeeze: {
    library: 'pg_squeeze',
    source: 'https://github.com/cybertec-postgresql/pg_squeeze/blob/master/pg_squeeze.c',
    toCreate: true,
  },
  pg_stat_statements: {
    library: 'pg_stat_statements',
    source: 'https://www.postgresql.org/docs/current/pgstatstatements.html',
    toCreate: false,
  },
  pgaudit: {
    library: 'pgaudit',
    source: 'https://github.com/pgaudit/pgaudit/blob/main/pgaudit.c',
    toCreate: true,
  },
  pglogical: {
    library: 'pglogical',
    source: 'https://github.com/2ndQuadrant/pglogical/blob/REL2_x_STABLE/pglogical.c',
    toCreate: true,
  },
  timescaledb: {
    library: 'timescaledb',
    source: 'https://github.com/timescale/timescaledb/pull/53',
    toCreate: true,
    settings: () => ({ 'timescaledb.max_background_workers': '0', 'timescaledb.telemetry_level': 'off' }),
  },
};

/** The library without which the extension cannot be created, or undefined. */
export function libraryToCreate(extension: string): string | undefined {
  const preloaded = PRELOADED[extension];
  return preloaded?.toCreate === true ? preloaded.library : undefined;
}

/**
 * What a server is started with for these extensions. Only libraries that are there: it would not start otherwise, and what
 * is missing is told in words afterwards.
 * @param binDirectory of the server's programs
 * @param database that the extensions will be made in
 */
export function preloadSettings(
  extensions: readonly string[],
  database: string,
  binDirectory: string,
): ServerSettings {
  const wanted = Object.entries(PRELOADED).filter(
    ([extension, { library }]) => extensions.includes(extension) && isInstalled(library, binDirectory),
  );
  if (wanted.length === 0) return {};
  const settings = wanted.map(([, preloaded]) => preloaded.settings?.(database) ?? {});
  return Object.assign(
    { shared_preload_libraries: wanted.map(([, { library }]) => library).join(',') },
    ...settings,
  ) as ServerSettings;
}

/** Beside the programs as packages lay them out: Debian and Fedora, Homebrew and Postgres.app, Alpine. */
const LIBRARY_FOLDERS = ['../lib', '../lib/postgresql', '../lib64/pgsql'];

function isInstalled(library: string, binDirectory: string): boolean {
  return LIBRARY_FOLDERS.some((folder) =>
    ['so', 'dylib'].some((ending) => existsSync(path.join(binDirectory, folder, `${library}.${ending}`))),
  );
}
