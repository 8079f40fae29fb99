/**
 * Commands of psql's own in a plain dump. In psql's restricted mode none runs but the `\unrestrict` that knows its key:
 * https://www.postgresql.org/docs/current/app-psql.html. Pure.
 */

/** pg_dump writes both since August 2025. Its key stands in the dump, so it fences nothing in: ours does. */
const FENCE = /^\\(?:un)?restrict [A-Za-z0-9]+\s*$/;

/** As pg_dump and pg_dumpall write it: a database's name and nothing that would run a program or name a host. */
export const CONNECT =
  /^\\c(?:onnect)? (?:-reuse-previous=on )?(?:[A-Za-z0-9_][A-Za-z0-9_.-]*|"dbname='[^"`\\']*'")\s*$/;

/** From this minor on psql knows the restricted mode; later majors were born with it. */
const FIRST_MINORS: Readonly<Record<number, number>> = { 13: 22, 14: 19, 15: 14, 16: 10, 17: 6 };

export function isFence(command: string): boolean {
  return FENCE.test(command);
}

/** @param version of psql, for example `15.18` */
export function knowsRestrictedMode(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  if (major >= 18) return true;
  return minor >= (FIRST_MINORS[major] ?? Infinity);
}
