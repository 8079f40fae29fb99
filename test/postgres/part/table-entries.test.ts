import { parseArchiveItems, type ArchiveItem } from '../../../lib/postgres/part/archive-items';
import { selectEntries } from '../../../lib/postgres/part/table-entries';

const CATALOGS: Readonly<Record<string, number>> = {
  TABLE: 1259,
  SEQUENCE: 1259,
  VIEW: 1259,
  INDEX: 1259,
  CONSTRAINT: 2606,
  'FK CONSTRAINT': 2606,
  'CHECK CONSTRAINT': 2606,
  DEFAULT: 2604,
  TRIGGER: 2620,
  RULE: 2618,
  FUNCTION: 1255,
  'PUBLICATION TABLE': 6106,
};

type Made = readonly [id: number, kind: string, tag: string, needs?: readonly number[], text?: string];

/** An archive as pg_restore tells of it. */
function archive(...entries: readonly Made[]): { readonly list: string; readonly script: string } {
  const catalog = (kind: string) => CATALOGS[kind] ?? 0;
  const list = entries.map(
    ([id, kind, tag]) =>
      `${id}; ${catalog(kind)} ${kind === 'TABLE DATA' ? 1000 + Number(tag.slice(1)) : 1000 + id} ${kind} app ${tag} me`,
  );
  const script = entries.flatMap(([id, kind, tag, needs = [], text = '']) => [
    '--',
    `-- TOC entry ${id} (class ${catalog(kind)} OID ${1000 + id})`,
    ...(needs.length === 0 ? [] : [`-- Dependencies: ${needs.join(' ')}`]),
    `-- Name: ${tag}; Type: ${kind}; Schema: app; Owner: me`,
    '--',
    text,
  ]);
  return { list: list.join('\n'), script: script.join('\n') };
}

function items(...entries: readonly Made[]): ArchiveItem[] {
  const { list, script } = archive(...entries);
  return parseArchiveItems(list, script);
}

const named = (...names: readonly string[]) => names.map((name) => ({ schema: 'app', name }));

function select(
  entries: readonly ArchiveItem[],
  chosen: readonly string[],
  all: readonly string[],
  parents: readonly string[] = [],
) {
  const { ids, ...rest } = selectEntries(
    entries,
    { withRows: named(...chosen), parents: named(...parents) },
    named(...all),
  );
  return { ids: [...ids].sort((a, b) => a - b), ...rest };
}

test('what belongs to a table comes with it, and what belongs to another one does not', () => {
  const entries = items(
    [1, 'TABLE', 'a'],
    [2, 'TABLE', 'b'],
    [3, 'INDEX', 'on_a', [1]],
    [4, 'INDEX', 'on_b', [2]],
    [5, 'TABLE DATA', 't1'],
    [6, 'TABLE DATA', 't2'],
    [7, 'COMMENT', 'INDEX on_a', [3]],
    [8, 'COMMENT', 'INDEX on_b', [4]],
    [9, 'SEQUENCE', 'a_id_seq', [1]],
    [10, 'SEQUENCE SET', 'a_id_seq', [9]],
  );
  expect(select(entries, ['a'], ['a', 'b'])).toEqual({
    ids: [1, 3, 5, 7, 9, 10],
    data: [5],
    structures: [],
    leftOut: [],
  });
});

test('what an entry needs comes along, and what that needs', () => {
  const entries = items(
    [1, 'TABLE', 'a'],
    [2, 'TRIGGER', 'a t', [1, 3]],
    [3, 'FUNCTION', 'f()', [4]],
    [4, 'SCHEMA', 'app'],
    [5, 'FUNCTION', 'g()', [4]],
  );
  expect(select(entries, ['a'], ['a']).ids).toEqual([1, 2, 3, 4]);
});

test('a function that the text of another one names comes along, quoted or not', () => {
  const entries = items(
    [1, 'TABLE', 'a', [2]],
    [2, 'FUNCTION', 'f()', [], 'AS $$ SELECT app.g() + app."Odd h"() $$'],
    [3, 'FUNCTION', 'g()', [], 'AS $$ SELECT 1 FROM app.elsewhere $$'],
    [4, 'FUNCTION', 'Odd h()'],
    [5, 'FUNCTION', 'unnamed()'],
    [6, 'TABLE', 'elsewhere'],
  );
  const { ids, leftOut } = select(entries, ['a'], ['a', 'elsewhere']);
  expect(ids).toEqual([1, 2, 3, 4]);
  expect(leftOut).toEqual([
    { what: 'table app.elsewhere', reason: 'the text of function g() names it, which fails without it' },
  ]);
});

test('a table that is needed comes without rows, and without what acts on rows', () => {
  const entries = items(
    [1, 'TABLE', 'a', [2]],
    [2, 'TABLE', 'b'],
    [3, 'TABLE DATA', 't2'],
    [4, 'TRIGGER', 'b t', [2]],
    [5, 'DEFAULT', 'b id', [2]],
    [6, 'INDEX', 'on_b', [2]],
  );
  expect(select(entries, ['a'], ['a', 'b'])).toMatchObject({
    ids: [1, 2, 5],
    data: [],
    structures: named('b'),
  });
});

test('a foreign key to a table without rows is left out and told; one among chosen tables is kept', () => {
  const entries = items(
    [1, 'TABLE', 'child'],
    [2, 'TABLE', 'parent'],
    [3, 'CONSTRAINT', 'parent parent_pkey', [2]],
    [4, 'FK CONSTRAINT', 'child child_fkey', [1, 2, 3]],
    [5, 'FK CONSTRAINT', 'child itself', [1]],
  );
  expect(select(entries, ['child'], ['child', 'parent'])).toMatchObject({
    ids: [1, 5],
    leftOut: [
      {
        what: 'foreign key child_fkey of table app.child',
        reason: 'it names app.parent, whose rows are not restored',
        foreignKey: { table: { schema: 'app', name: 'child' }, name: 'child_fkey' },
      },
    ],
  });
  expect(select(entries, ['child', 'parent'], ['child', 'parent'])).toMatchObject({
    ids: [1, 2, 3, 4, 5],
    leftOut: [],
  });
  expect(select(entries, ['parent'], ['child', 'parent'])).toMatchObject({ ids: [2, 3], leftOut: [] });
});

test('views of a table stay away; a view that is needed comes with its rule', () => {
  const entries = items(
    [1, 'TABLE', 'a'],
    [2, 'VIEW', 'v', [1]],
    [3, 'RULE', 'v _RETURN', [2, 1]],
    [4, 'TABLE', 'of_view', [2]],
  );
  expect(select(entries, ['a'], ['a', 'of_view']).ids).toEqual([1]);
  expect(select(entries, ['of_view'], ['a', 'of_view']).ids).toEqual([1, 2, 3, 4]);
});

test('a parent of partitions comes with all but its rows', () => {
  const entries = items(
    [1, 'TABLE', 'whole'],
    [2, 'TABLE', 'part', [1]],
    [3, 'TABLE ATTACH', 'part', [2, 1]],
    [4, 'TRIGGER', 'whole t', [1]],
    [5, 'TABLE', 'other_part', [1]],
    [6, 'TABLE ATTACH', 'other_part', [5, 1]],
    [7, 'TABLE DATA', 't2'],
  );
  expect(select(entries, ['part'], ['whole', 'part', 'other_part'], ['whole']).ids).toEqual([1, 2, 3, 4, 7]);
});

test('publications are left out and told', () => {
  const entries = items(
    [1, 'TABLE', 'a'],
    [2, 'PUBLICATION', 'pub'],
    [3, 'PUBLICATION TABLE', 'pub a', [2, 1]],
  );
  expect(select(entries, ['a'], ['a'])).toMatchObject({
    ids: [1],
    leftOut: [{ what: 'publication pub of table app.a' }],
  });
});

test('a table whose name begins as another one does, with a blank, is told from it', () => {
  const entries = items(
    [1, 'TABLE', 'a'],
    [2, 'TABLE', 'a b'],
    [3, 'TABLE DATA', 't1'],
    [4, 'TABLE DATA', 't2'],
  );
  expect(select(entries, ['a'], ['a', 'a b']).ids).toEqual([1, 3]);
  expect(select(entries, ['a b'], ['a', 'a b']).ids).toEqual([2, 4]);
});

test('two tables whose names read the same are refused rather than mixed up', () => {
  const entries = items([1, 'TABLE', 'a b'], [2, 'TABLE', 'a b']);
  expect(() => select(entries, ['a\nb'], ['a\nb', 'a b'])).toThrow(/2 tables that read/);
});

describe('a text that imitates the header of an entry', () => {
  const forged = (id: number, catalog: number, ...needs: readonly number[]) =>
    [
      '--',
      `-- TOC entry ${id} (class ${catalog} OID ${1000 + id})`,
      `-- Dependencies: ${needs.join(' ')}`,
      '-- Name: x; Type: INDEX; Schema: app; Owner: me',
      '--',
    ].join('\n');

  const around = (text: string): Made[] => [
    [1, 'TABLE', 'a', [2]],
    [2, 'FUNCTION', 'f()', [], text],
    [3, 'INDEX', 'on_a', [1]],
    [4, 'TABLE', 'other'],
  ];

  test('takes nothing away: what the true header says is kept', () => {
    expect(select(items(...around(forged(3, 1259, 4))), ['a'], ['a', 'other']).ids).toEqual(
      expect.arrayContaining([1, 2, 3]),
    );
  });

  test('takes nothing away where it comes after the true header either', () => {
    const entries = items(...around(''), [5, 'FUNCTION', 'g()', [], forged(3, 1259, 4)]);
    expect(select(entries, ['a'], ['a', 'other']).ids).toEqual(expect.arrayContaining([1, 2, 3]));
  });

  test('is no header where the list has no such entry, or another one', () => {
    const before = select(items(...around('')), ['a'], ['a', 'other']);
    expect(select(items(...around(forged(99, 1259, 4))), ['a'], ['a', 'other'])).toEqual(before);
    expect(select(items(...around(forged(3, 1255, 4))), ['a'], ['a', 'other'])).toEqual(before);
  });

  test('does not make one table pass for another', () => {
    const text = forged(4, 1259, 2).replace('Name: x; Type: INDEX', 'Name: a; Type: TABLE');
    expect(select(items(...around(text)), ['a'], ['a', 'other']).ids).toEqual([1, 2, 3]);
  });
});
