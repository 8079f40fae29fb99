/**
 * What the texts of functions name. PostgreSQL records no dependencies of a text that it reads only when the function is called,
 * so names are all that there is: a function or type that is called as a word of the text comes along.
 */
import type { ArchiveItem } from './archive-items';

const ROUTINES = ['FUNCTION', 'PROCEDURE', 'AGGREGATE'];
const WITH_TEXT = ['FUNCTION', 'PROCEDURE'];
const BY_NAME = [...ROUTINES, 'TYPE', 'DOMAIN'];

const WORD = /"((?:[^"]|"")*)"|[\p{L}_][\p{L}\p{N}_$]*/gu;
const NAME = '(?:"(?:[^"]|"")*"|[\\p{L}_][\\p{L}\\p{N}_$]*)';
const RELATION = new RegExp(`\\b(?:from|join|into|update|only)\\s+(${NAME}(?:\\.${NAME})?)`, 'giu');

export class NamedInTexts {
  private readonly idsByName: ReadonlyMap<string, readonly number[]>;

  constructor(items: readonly ArchiveItem[]) {
    const named = items.filter(({ kind }) => BY_NAME.includes(kind));
    const pairs = named.flatMap(({ id, labels }) => labels.map((label) => ({ id, name: bareName(label) })));
    const groups = Object.entries(Object.groupBy(pairs, ({ name }) => name));
    this.idsByName = new Map(groups.map(([name, group = []]) => [name, group.map(({ id }) => id)]));
  }

  /** Dump ids of functions and types. */
  objectsIn(item: ArchiveItem): number[] {
    if (!WITH_TEXT.includes(item.kind)) return [];
    const words = [...item.text.matchAll(WORD)].map(
      ([word, quoted]) => quoted?.replaceAll('""', '"') ?? word.toLowerCase(),
    );
    return [...new Set(words)].flatMap((word) => this.idsByName.get(word) ?? []);
  }

  /** Names, with or without a schema, where a text reads or writes a table. */
  relationsIn(item: ArchiveItem): string[] {
    if (!WITH_TEXT.includes(item.kind)) return [];
    return [...new Set([...item.text.matchAll(RELATION)].map(([, name = '']) => name))];
  }
}

/** `low(text); Type: FUNCTION; …`: the name before its arguments. */
function bareName(label: string): string {
  return (label.split('; Type: ')[0] ?? '').replace(/\(.*$/, '');
}
