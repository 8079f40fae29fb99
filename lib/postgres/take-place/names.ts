/** Names of databases that a restore renames, and until when they are kept. Pure. */

/** https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS: longer ones are cut. */
const LONGEST_NAME_BYTES = 63;

const DAY_MS = 24 * 60 * 60 * 1000;

/** For example `shop_before_20261120t021500z`. */
export function keptName(name: string, now: Date): string {
  return named(name, 'before', now);
}

/** Where it is restored before it takes the place: for example `shop_restored_20261120t021500z`. */
export function besideName(name: string, now: Date): string {
  return named(name, 'restored', now);
}

function named(name: string, what: string, now: Date): string {
  const ending = `_${what}_${stamp(now)}`;
  const start = Buffer.from(name)
    .subarray(0, LONGEST_NAME_BYTES - Buffer.byteLength(ending))
    .toString();
  // The last character may have been cut in two.
  return start.replace(/\uFFFD+$/, '') + ending;
}

/** In lower case and without dashes: a name that needs no quotes. */
function stamp(now: Date): string {
  return now
    .toISOString()
    .replace(/[-:]|\.\d+/g, '')
    .toLowerCase();
}

export function keptUntil(now: Date, days: number): Date {
  return new Date(now.getTime() + days * DAY_MS);
}

const KEPT = /^Kept by Backstop until (\d{4}-\d\d-\d\d)\b/;
const KEPT_NAME = /_before_\d{8}t\d{6}z$/;

/** The comment of a database that was replaced: what it is, for whoever finds it. */
export function keptComment(until: Date, what: string, comment: string | null): string {
  const before = comment === null ? '' : ` Its comment was: ${comment}`;
  return `Kept by Backstop until ${until.toISOString().slice(0, 10)}: ${what}.${before}`;
}

export function isKeptComment(comment: string | null): boolean {
  return comment !== null && KEPT.test(comment);
}

/** Whether name and comment are ours, and say that the database may go. One that has its old name back may not. */
export function mayGo(
  { name, comment }: { readonly name: string; readonly comment: string },
  now: Date,
): boolean {
  const until = KEPT.exec(comment)?.[1];
  return KEPT_NAME.test(name) && until !== undefined && until < now.toISOString().slice(0, 10);
}
