/** In which order the entries of an archive are loaded, and which of them side by side. Pure. */

export interface LoadPass {
  readonly section: 'pre-data' | 'data' | 'post-data';
  /** Lines of `pg_restore --list`. */
  readonly entries: readonly string[];
  /** Whether its entries may be loaded side by side. */
  readonly parallel: boolean;
}

const KIND = /^\d+; \d+ \d+ (.*)$/;

/**
 * A rule locks its own view and those that it names. pg_restore keeps apart what names the same table, but not the same
 * view: of two rules that name each other's view, made side by side, the server ends one as a deadlock.
 */
const LOCKS_SEVERAL = /^(?:COMMENT .*)?RULE /;
/** Made last by pg_restore, too: a view that is read must have its rule. */
const NEEDS_ALL = /^(?:COMMENT .*)?(?:MATERIALIZED VIEW DATA|EVENT TRIGGER) /;

/**
 * Section by section: side by side, pg_restore makes the triggers of a partitioned table while its partitions are
 * still being filled, and they fire. https://www.postgresql.org/docs/current/app-pgrestore.html
 * @param entries lines of `pg_restore --list`
 */
export function loadPasses(entries: readonly string[]): LoadPass[] {
  const sections = (['pre-data', 'data'] as const).map((section) => ({ section, entries, parallel: true }));
  return [...sections, ...postDataPasses(entries)];
}

function postDataPasses(entries: readonly string[]): LoadPass[] {
  const { first = [], alone = [], last = [] } = Object.groupBy(entries, turnOf);
  const section = 'post-data';
  if (alone.length === 0) return [{ section, entries, parallel: true }];
  return [
    { section, entries: first, parallel: true },
    { section, entries: alone, parallel: false },
    { section, entries: last, parallel: true },
  ];
}

function turnOf(line: string): 'first' | 'alone' | 'last' {
  const kind = KIND.exec(line)?.[1] ?? '';
  if (LOCKS_SEVERAL.test(kind)) return 'alone';
  return NEEDS_ALL.test(kind) ? 'last' : 'first';
}
