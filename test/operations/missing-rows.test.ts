import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connect, connectionTarget } from '../../lib/postgres/connection';
import { fixtureDatabase } from '../support/awkward-database';
import { makeBench, type Bench } from '../support/make-backup';
import { query, serverBinDirectory } from '../support/postgres-cluster';
import { restoreBench, type RestoreBench } from '../support/restore-bench';
import { sharedMajors } from '../support/shared-servers';
import { run } from '../support/spawn';

const anyMajor = sharedMajors()[0] ?? 15;

interface Scene {
  readonly bench: Bench;
  readonly side: RestoreBench;
  readonly script: string;
  readonly find: (...tables: readonly string[]) => ReturnType<RestoreBench['restoreTables']>;
  readonly runScript: () => Promise<unknown>;
}

async function scene(major = anyMajor, prepare = ''): Promise<Scene> {
  const bench = await makeBench(await fixtureDatabase('linked', major));
  if (prepare !== '') await query(bench.url, prepare);
  await bench.backup();
  const side = restoreBench(bench);
  const script = path.join(mkdtempSync(path.join(tmpdir(), 'script-')), 'rows.sql');
  const missingRows = { live: connectionTarget(bench.url, {}), script };
  return {
    bench,
    side,
    script,
    find: (...tables) => side.restoreTables(tables, { missingRows }),
    runScript: () =>
      run(`${serverBinDirectory(major)}/psql`, [
        '-X',
        '-q',
        '-v',
        'ON_ERROR_STOP=1',
        '-f',
        script,
        bench.url,
      ]),
  };
}

const rowsOf = (url: string, table: string) => query(url, `SELECT t::text AS row FROM ${table} t ORDER BY 1`);

const EVERY_TYPE = `
  CREATE TABLE app.every (
    "Key One" text, key_two numeric, PRIMARY KEY ("Key One", key_two),
    a bytea, b text[], c jsonb, d float8, e timestamptz, f interval, g bit(5), h char(5), i xml, j money, k "char",
    l app.point_of, m app.mood[], n int4range, o bool, p app.citext, q regclass, r float4, s tsvector, t inet,
    u text GENERATED ALWAYS AS (app.plain("Key One")) STORED, v json);
  INSERT INTO app.every VALUES
    (E'it''s \\\\ a \\n "key" ü', 1.50, '\\x00ff27', ARRAY['a,b', NULL, 'c"d', ''], '{"a": [1, null]}', 0.1::float8 + 0.2, '2026-02-03 04:05:06.789+01',
     '1 year 2 days 03:04:05.6', B'10101', 'ab', '<a b="c">d</a>', 12.34, 'x', ROW (1, 'two')::app.point_of, ARRAY['calm', 'cross']::app.mood[],
     '[1,5)', true, 'Case', 'app.every', 1.1, 'a:1 b:2', '10.0.0.1/8', DEFAULT, '{"b" :  1}'),
    ('', 'NaN', '', '{}', 'null', 'Infinity', 'infinity', '-1 day', B'00000', '', '', -1, '', NULL, '{}', 'empty', false, '', NULL, '-Infinity', '', '::1', DEFAULT, '[]'),
    (':name', -0.001, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, DEFAULT, NULL);
  CREATE TABLE app.named (name app.citext PRIMARY KEY, "a""b" int);
  INSERT INTO app.named VALUES ('Ada', 1), ('Bob', 2)`;

describe.each(sharedMajors())('PostgreSQL %i', (major) => {
  test('deleted rows come back as they were, children and parents; a second run changes nothing', async () => {
    const { bench, find, script, runScript } = await scene(major);
    const tables = ['app.payment', 'app.invoice', 'app.customer'];
    const before = await Promise.all(tables.map((table) => rowsOf(bench.url, table)));
    await query(
      bench.url,
      `DELETE FROM app.payment WHERE invoice_id IN (SELECT id FROM app.invoice WHERE customer_id < 4);
       ALTER TABLE app.invoice DISABLE RULE keep;
       UPDATE app.invoice SET corrects = NULL WHERE corrects IN (SELECT id FROM app.invoice WHERE customer_id < 4);
       DELETE FROM app.invoice WHERE customer_id < 4; DELETE FROM app.customer WHERE id < 4`,
    );
    const changed = await query(
      bench.url,
      'SELECT id, note FROM app.invoice WHERE corrects IS NULL AND id > 1',
    );
    const { missingRows, differences } = await find(...tables);
    expect(differences).toEqual([]);
    expect(missingRows).toMatchObject({ script });
    const found = Object.fromEntries(missingRows?.tables.map(({ name, rows }) => [name, rows]) ?? []);
    expect(found).toEqual({ customer: 3, invoice: 18, payment: expect.any(Number) as number });
    expect(missingRows?.tables.map(({ name }) => name)).toEqual(['customer', 'invoice', 'payment']);
    expect(missingRows?.tables[0]?.firstKeys).toEqual([['1'], ['2'], ['3']]);
    await runScript();
    await query(bench.url, `ALTER TABLE app.invoice ENABLE RULE keep`);
    const after = await Promise.all(tables.map((table) => rowsOf(bench.url, table)));
    expect(changed.length).toBeGreaterThan(0);
    expect([after[0], after[2]]).toEqual([before[0], before[2]]);
    expect(after[1]).toHaveLength(before[1]?.length ?? 0);
    await runScript();
    expect(await Promise.all(tables.map((table) => rowsOf(bench.url, table)))).toEqual(after);
  });

  test('values of every type are written so that they come back the same', async () => {
    const { bench, find, runScript } = await scene(major, EVERY_TYPE);
    const before = [await rowsOf(bench.url, 'app.every'), await rowsOf(bench.url, 'app.named')];
    await query(bench.url, `DELETE FROM app.every; DELETE FROM app.named WHERE name = 'Bob'`);
    const { missingRows } = await find('app.every', 'app.named');
    expect(missingRows?.tables.map(({ rows }) => rows).sort()).toEqual([1, 3]);
    await runScript();
    expect([await rowsOf(bench.url, 'app.every'), await rowsOf(bench.url, 'app.named')]).toEqual(before);
  });

  test('a partitioned table gets its rows back through its root', async () => {
    const { bench, find, runScript } = await scene(major);
    const before = await rowsOf(bench.url, 'app.event');
    await query(bench.url, 'DELETE FROM app.event WHERE id % 7 = 0');
    expect((await find('app.event')).missingRows?.tables).toMatchObject([{ name: 'event', rows: 57 }]);
    await runScript();
    expect(await rowsOf(bench.url, 'app.event')).toEqual(before);
  });
});

test('rows that were changed or added since stay as they are', async () => {
  const { bench, find, runScript } = await scene();
  await query(
    bench.url,
    `DELETE FROM app.animal WHERE id = 1; UPDATE app.animal SET name = 'changed' WHERE id = 2; INSERT INTO app.animal VALUES (99, 'new')`,
  );
  await find('app.animal');
  await runScript();
  const rows = await query(
    bench.url,
    'SELECT id, name FROM ONLY app.animal WHERE id IN (1, 2, 99) ORDER BY id',
  );
  expect(rows).toEqual([
    { id: 1, name: 'stamped' },
    { id: 2, name: 'changed' },
    { id: 99, name: 'new' },
  ]);
});

test('keys are equal as their own index says, whatever the search_path', async () => {
  const { bench, find } = await scene(anyMajor, EVERY_TYPE);
  await query(bench.url, `UPDATE app.named SET name = 'BOB' WHERE name = 'bob'`);
  expect((await find('app.named')).missingRows).toMatchObject({ tables: [{ rows: 0 }], script: undefined });
});

test('without a missing row no script is written', async () => {
  const { find, script } = await scene();
  expect((await find('app.customer')).missingRows?.script).toBeUndefined();
  expect(existsSync(script)).toBe(false);
});

test('a column that the live table lacks is told and left out; one that it demands is told', async () => {
  const { bench, find, runScript } = await scene();
  await query(
    bench.url,
    `DELETE FROM app.payment WHERE invoice_id < 10;
     ALTER TABLE app.payment DROP COLUMN paid, ADD COLUMN by text NOT NULL DEFAULT 'x'; ALTER TABLE app.payment ALTER by DROP DEFAULT`,
  );
  const { warnings } = await find('app.payment');
  expect(warnings).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/has no column paid any more/),
      expect.stringMatching(/demands a value for by/),
    ]),
  );
  await query(bench.url, `ALTER TABLE app.payment ALTER by SET DEFAULT 'y'`);
  await runScript();
  expect(await query(bench.url, `SELECT count(*)::int AS n FROM app.payment WHERE by = 'y'`)).toEqual([
    { n: 3 },
  ]);
});

test('the running database is only read: SELECT is enough, beside a lock that lets nobody but readers in', async () => {
  const { bench, side, script } = await scene();
  const reader = `reader_${randomBytes(5).toString('hex')}`;
  await query(
    bench.url,
    `CREATE ROLE ${reader} LOGIN; GRANT USAGE ON SCHEMA app TO ${reader}; GRANT SELECT ON app.customer TO ${reader}`,
  );
  const url = new URL(bench.url);
  url.username = reader;
  const holder = await connect(connectionTarget(bench.url, {}));
  try {
    await holder.query('BEGIN; LOCK TABLE app.customer IN EXCLUSIVE MODE');
    const missingRows = { live: connectionTarget(url.href, {}), script };
    const result = await side.restoreTables(['app.customer'], { missingRows });
    expect(result.missingRows?.tables).toMatchObject([{ name: 'customer', rows: 0 }]);
  } finally {
    await holder.end();
    await query(bench.url, `DROP OWNED BY ${reader}; DROP ROLE ${reader}`);
  }
});

describe('refused before anything is restored', () => {
  const refused = async (at: Scene, table: string, words: RegExp) => {
    await expect(at.find(table)).rejects.toMatchObject({
      kind: 'restore-refused',
      message: expect.stringMatching(words) as string,
    });
    expect(await at.side.exists()).toBe(false);
  };

  test('a table without a primary key', async () => {
    await refused(await scene(), 'app.dog', /without a primary key: app\.dog/);
  });

  test('a table that the running database has no more', async () => {
    const at = await scene();
    await query(at.bench.url, 'DROP TABLE app.payment');
    await refused(at, 'app.payment', /it has no table app\.payment/);
  });

  test('a table whose key has lost a column', async () => {
    const at = await scene();
    await query(at.bench.url, 'ALTER TABLE app.payment RENAME invoice_id TO id');
    await refused(at, 'app.payment', /lacks the key's column invoice_id/);
  });

  test('a script that exists: it is never overwritten', async () => {
    const at = await scene();
    writeFileSync(at.script, 'mine');
    await refused(at, 'app.payment', /exists/);
    expect(readFileSync(at.script, 'utf8')).toBe('mine');
  });
});
