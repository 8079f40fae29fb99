/** What pg_dump of the server's major writes. */
import type { BackedUpDatabase } from './database-schema';
import type { Fault, Path } from './faults';

/** With the default of `jobs` nobody asked for parallel connections. */
const DEFAULT_JOBS = 2;
const LEVELS_MAX: Readonly<Record<string, number>> = { gzip: 9, zstd: 22 };

export function dumpFaults(path: Path, { dump, major }: Pick<BackedUpDatabase, 'dump' | 'major'>): Fault[] {
  const { compression = 'none', format = 'directory', jobs } = dump;
  const [method = '', level] = compression.split(':');
  const fault = (field: string, got: string, allowed: string, hint: string): Fault => ({
    path: [...path, 'dump', field],
    got,
    allowed,
    hint,
  });
  const faults: (Fault | false)[] = [
    ['zstd', 'lz4'].includes(method) &&
      major < 16 &&
      fault(
        'compression',
        `${compression} with PostgreSQL ${major}`,
        'gzip:1 to gzip:9 or none',
        'pg_dump knows zstd and lz4 from 16 on: leave it out.',
      ),
    ['zstd', 'lz4'].includes(method) &&
      format === 'plain' &&
      fault(
        'compression',
        `${compression} with format plain`,
        'gzip:1 to gzip:9 or none',
        'Everybody can unpack .sql.gz; take the format custom or directory for zstd.',
      ),
    level !== undefined &&
      !isWithin(Number(level), LEVELS_MAX[method]) &&
      fault(
        'compression',
        compression,
        `${method}:1 to ${method}:${LEVELS_MAX[method] ?? 0}`,
        'Level 1 is the quickest and nearly as small.',
      ),
    format !== 'directory' &&
      jobs > DEFAULT_JOBS &&
      fault(
        'jobs',
        `${jobs} with format ${format}`,
        'jobs with format directory only',
        'pg_dump writes other formats by one connection: leave jobs out, or the format.',
      ),
  ];
  return faults.filter((each) => each !== false);
}

function isWithin(level: number, most = 0): boolean {
  return level >= 1 && level <= most;
}
