/**
 * How a throw-away server is set up: as fast as it can be made, since a crash costs nothing but the drill, and unreachable
 * from outside. Pure. What each setting means: https://www.postgresql.org/docs/current/non-durability.html and
 * https://www.postgresql.org/docs/current/populate.html
 */
export type ServerSettings = Readonly<Record<string, string>>;

export interface Machine {
  readonly memoryBytes: number;
  readonly cores: number;
}

const MIB = 1024 * 1024;

export function throwAwaySettings(port: number, machine: Machine): ServerSettings {
  return { ...REACHABLE_BY_US_ALONE, port: String(port), ...NOT_DURABLE, ...TOLD, ...sizes(machine) };
}

const REACHABLE_BY_US_ALONE: ServerSettings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  ssl: 'off',
};

const NOT_DURABLE: ServerSettings = {
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_wal_size: '2GB',
  checkpoint_timeout: '1h',
  // ANALYZE is asked for once, after the load.
  autovacuum: 'off',
  jit: 'off',
  // Fargate has 64 MiB of /dev/shm.
  dynamic_shared_memory_type: 'mmap',
  // A database of tens of thousands of partitions is dropped, loaded or compared in few transactions.
  max_locks_per_transaction: '2048',
  max_connections: '64',
};

const TOLD: ServerSettings = {
  // A server that started anew after a crash would hide the reason: it ends, and its last lines say why.
  restart_after_crash: 'off',
  logging_collector: 'off',
  log_destination: 'stderr',
  log_line_prefix: '',
  lc_messages: 'C',
  timezone: 'UTC',
  // Errors of statements are told to whoever ran them. Here they would carry rows of production.
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
};

/** Index builds get the most: they are what a restore waits for. */
function sizes({ memoryBytes, cores }: Machine): ServerSettings {
  const share = (part: number, least: number, most: number) =>
    `${Math.round(Math.min(Math.max(memoryBytes / part / MIB, least), most))}MB`;
  return {
    shared_buffers: share(5, 64, 8192),
    maintenance_work_mem: share(16, 64, 2048),
    work_mem: share(128, 8, 256),
    max_parallel_maintenance_workers: String(Math.min(cores, 4)),
  };
}
