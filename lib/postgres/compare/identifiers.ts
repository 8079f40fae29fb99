/** Names as pg_dump writes them: quoted where they must be, with a schema before the dot. */
import { escapeIdentifier } from 'pg';

/** Source of a regular expression for one name. */
export const IDENTIFIER = '(?:"(?:[^"]|"")*"|[^\\s".,()]+)';

/** Source of a regular expression for a qualified name. */
export const QUALIFIED = `${IDENTIFIER}\\.${IDENTIFIER}`;

const EACH = new RegExp(IDENTIFIER, 'g');

/** The plain names in a list (`a, "b c"`) or a qualified name (`public."b c"`). */
export function identifiersIn(text: string): string[] {
  return [...text.matchAll(EACH)].map(([name]) =>
    name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name,
  );
}

/** @throws TypeError where the text is no qualified name */
export function qualifiedFrom(text: string): { readonly schema: string; readonly name: string } {
  const [schema, name, ...more] = identifiersIn(text);
  if (schema === undefined || name === undefined || more.length > 0)
    throw new TypeError(`Not a qualified name: ${text}`);
  return { schema, name };
}

/** For messages: `public.invoice`, quoted where it must be. */
export function readableName({ schema, name }: { readonly schema: string; readonly name: string }): string {
  const quoted = (part: string) => (/^[a-z_][a-z0-9_$]*$/.test(part) ? part : escapeIdentifier(part));
  return `${quoted(schema)}.${quoted(name)}`;
}

/** A quoted name for messages. */
export function readable(qualified: string): string {
  return readableName(qualifiedFrom(qualified));
}
