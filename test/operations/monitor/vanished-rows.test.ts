/** Which losses of rows count: each rule with the fewest tables that show it. */
import { heldTables } from '../../../lib/operations/monitor/held-tables';
import { vanishedRows } from '../../../lib/operations/monitor/vanished-rows';
import { counted, type CountedTables } from '../../support/counted-tables';

const RULES = { share: 0.5, minimumRows: 1000, tables: [] as string[] };

const vanished = (before: CountedTables, now: CountedTables, rules: Partial<typeof RULES> = {}) =>
  vanishedRows(heldTables(counted(now))!, heldTables(counted(before))!, { ...RULES, ...rules });

const names = (...given: Parameters<typeof vanished>) => vanished(...given).map(({ table }) => table);

const ORDERS = 'public.orders';

describe('a table', () => {
  test('that lost most of its rows is told with what it had and has', () => {
    expect(vanished({ [ORDERS]: 50_000 }, { [ORDERS]: 120 })).toEqual([
      { table: ORDERS, had: 50_000, has: 120 },
    ]);
  });

  test.each([
    ['lost exactly the share', 2000, 1000, true],
    ['lost one row less than the share', 2000, 1001, false],
    ['had exactly the fewest rows that count', 1000, 0, true],
    ['had one row less than that', 999, 0, false],
    ['grew', 5000, 9000, false],
    ['stayed as it was', 5000, 5000, false],
    ['was empty before', 0, 5000, false],
    ['is empty as before', 0, 0, false],
  ])('that %s: of %i rows %i are left', (_, before, now, counts) => {
    expect(names({ [ORDERS]: before }, { [ORDERS]: now })).toEqual(counts ? [ORDERS] : []);
  });

  test.each([
    [0.01, 10_000, 9900, true],
    [0.01, 10_000, 9901, false],
    [0.07, 10_000, 9300, true],
    [1, 10_000, 1, false],
    [1, 10_000, 0, true],
  ])('counts from a share of %d on: of %i rows %i are left', (share, before, now, counts) => {
    expect(names({ [ORDERS]: before }, { [ORDERS]: now }, { share })).toHaveLength(counts ? 1 : 0);
  });

  test('that is gone has lost all, whatever else is new', () => {
    const now = { 'public.customer': 7, 'public.invoice': 90_000 };
    expect(vanished({ [ORDERS]: 5000, 'public.customer': 7 }, now)).toEqual([
      { table: ORDERS, had: 5000, has: 0 },
    ]);
  });

  test('that is new has lost nothing', () => {
    expect(names({}, { [ORDERS]: 0 })).toEqual([]);
  });

  test('of the same name in another schema is another one', () => {
    expect(names({ [ORDERS]: 5000, 'old.orders': 10 }, { [ORDERS]: 0, 'old.orders': 5000 })).toEqual([
      ORDERS,
    ]);
  });

  test('the greatest loss is told first', () => {
    const before = { 'public.a': 2000, 'public.b': 90_000, 'public."C d"': 5000 };
    expect(names(before, {})).toEqual(['public.b', 'public."C d"', 'public.a']);
  });
});

describe('what the dump leaves out', () => {
  test('is no loss where it is left out from now on', () => {
    expect(names({ [ORDERS]: 5000 }, { [ORDERS]: { rows: 0, isExcluded: true } })).toEqual([]);
  });

  test('is no loss where it is gone', () => {
    expect(names({ [ORDERS]: { rows: 0, isExcluded: true } }, {})).toEqual([]);
  });

  test('of an unlogged table: a crash of the server empties it, and a standby has none of it', () => {
    expect(names({ [ORDERS]: 5000 }, { [ORDERS]: { rows: 0, isUnlogged: true } })).toEqual([]);
    expect(names({ [ORDERS]: { rows: 5000, isUnlogged: true } }, {})).toEqual([]);
    expect(names({ 'public."a, ""b"': { rows: 5000, isUnlogged: true } }, {})).toEqual([]);
  });
});

describe('tables that may lose their rows', () => {
  const before = {
    'public.session': 5000,
    'queue.job': 5000,
    'queue."Old Job"': 5000,
    [ORDERS]: 5000,
  };

  test.each([
    [['public.session', 'queue.*'], [ORDERS]],
    [['queue."Old Job"'], ['public.session', 'queue.job', ORDERS]],
    [['*.job'], ['public.session', 'queue."Old Job"', ORDERS]],
    [['public.sess?on'], ['queue.job', 'queue."Old Job"', ORDERS]],
    [['PUBLIC.Orders'], ['public.session', 'queue.job', 'queue."Old Job"']],
    [['public.order'], Object.keys(before)],
  ])('%j', (tables, expected) => {
    expect(names(before, {}, { tables }).sort()).toEqual([...expected].sort());
  });

  test('a pattern that names a partitioned table means its partitions, and one that names some means those', () => {
    const part = (rows: number) => ({ rows, parent: 'public.events' }) as const;
    const events = { 'public.events': { rows: null }, 'public.events_1': part(5000) };
    const none = { 'public.events': { rows: null } };
    expect(names(events, none)).toEqual(['public.events']);
    expect(names(events, none, { tables: ['public.events'] })).toEqual([]);
    expect(names(events, none, { tables: ['public.events_*'] })).toEqual([]);
  });
});

describe('partitions', () => {
  const partition = (rows: number, parent = 'public.events') => ({ rows, parent }) as const;
  const root = { 'public.events': { rows: null } } as const;
  /** A year, a month each. */
  const months = (from: number, to: number, rows = 5000) =>
    Object.fromEntries(
      Array.from({ length: to - from }, (_, index) => [
        `public.events_${String(from + index)}`,
        partition(rows),
      ]),
    );

  test('count as the table that they are part of: the oldest may go', () => {
    expect(names({ ...root, ...months(1, 13) }, { ...root, ...months(2, 14) })).toEqual([]);
  });

  test('that go in great numbers are told by the name of that table', () => {
    expect(vanished({ ...root, ...months(1, 13) }, { ...root, ...months(8, 13) })).toEqual([
      { table: 'public.events', had: 60_000, has: 25_000 },
    ]);
  });

  test('that lose their rows and stay count, too', () => {
    expect(names({ ...root, ...months(1, 13) }, { ...root, ...months(1, 13, 3) })).toEqual(['public.events']);
  });

  test('of partitions count as the topmost table', () => {
    const nested = (rows: number) => ({
      'public."all"': { rows: null },
      'public."b c"': { rows: null, parent: 'public."all"' } as const,
      'public.leaf': partition(rows, 'public."b c"'),
      'public.other': partition(9000, 'public."all"'),
    });
    expect(names(nested(8000), nested(0))).toEqual([]);
    expect(vanished(nested(9000), nested(0))).toEqual([{ table: 'public.all', had: 18_000, has: 9000 }]);
  });

  test('that were attached or detached in between lost nothing', () => {
    const apart = { ...root, 'public.events_1': 5000, ...months(2, 3) };
    const together = { ...root, ...months(1, 3) };
    expect(names(together, apart)).toEqual([]);
    expect(names(apart, together)).toEqual([]);
  });

  test('into which a table was turned hold its rows', () => {
    expect(names({ 'public.events': 10_000 }, { ...root, ...months(1, 3) })).toEqual([]);
    expect(names({ ...root, ...months(1, 3) }, { 'public.events': 10_000 })).toEqual([]);
  });

  test('made by inheritance count likewise; an heir with columns of its own is another table', () => {
    const columns = ['at', 'what'];
    const chunk = (rows: number, more: readonly string[] = []) =>
      ({ rows, parent: 'public.metrics', columns: [...more, ...columns] }) as const;
    const metrics = { 'public.metrics': { rows: 0, columns } };
    const before = { ...metrics, 'chunk.a': chunk(5000), 'chunk.b': chunk(9000), 'chunk.c': chunk(9000) };
    expect(names(before, { ...metrics, 'chunk.b': chunk(9000), 'chunk.c': chunk(9000) })).toEqual([]);
    const heir = { ...metrics, 'public.heir': chunk(5000, ['more']), 'chunk.b': chunk(9000) };
    expect(names(heir, { ...metrics, 'chunk.b': chunk(9000) })).toEqual(['public.heir']);
  });

  test('a catalog in which tables are parts of one another is read to its end', () => {
    const loop = { 'public.a': partition(5000, 'public.b'), 'public.b': partition(5000, 'public.a') };
    expect(names(loop, {}).length).toBeGreaterThan(0);
  });
});

describe('a table that was renamed', () => {
  const columns = ['id', 'total'];
  const orders = (rows: number) => ({ rows, columns });

  test('lost nothing: a new one has the same columns and its rows', () => {
    expect(names({ [ORDERS]: orders(5000) }, { 'public.sales': orders(4000) })).toEqual([]);
    expect(names({ [ORDERS]: orders(5000) }, { 'archive.orders': orders(5000) })).toEqual([]);
  });

  test('and has an empty successor lost nothing either', () => {
    const now = { [ORDERS]: { rows: 0, columns: ['id'] }, 'public.orders_old': orders(5000) };
    expect(names({ [ORDERS]: orders(5000) }, now)).toEqual([]);
  });

  test.each([
    ['has too few rows', { 'public.sales': orders(2500) }],
    ['has other columns', { 'public.sales': { rows: 5000, columns: ['id'] } }],
    ['has columns that nobody knows', { 'public.sales': 5000 }],
  ])('is lost where the new one %s', (_, now) => {
    expect(names({ [ORDERS]: orders(5000) }, now)).toEqual([ORDERS]);
  });

  test('is lost where the other one was there before', () => {
    const sales = { 'public.sales': orders(5000) };
    expect(names({ [ORDERS]: orders(5000), ...sales }, sales)).toEqual([ORDERS]);
  });

  test('one new table stands for one lost one', () => {
    const two = { 'public.a': orders(5000), 'public.b': orders(4000) };
    expect(names(two, { 'public.c': orders(9000) })).toEqual(['public.b']);
  });

  test('two tables without known columns are not taken for one another', () => {
    expect(names({ [ORDERS]: 5000 }, { 'public.sales': 5000 })).toEqual([ORDERS]);
  });
});

test('of a point whose rows nobody counted nothing is known', () => {
  expect(heldTables({ inventory: null, catalog: [] })).toBeUndefined();
});
