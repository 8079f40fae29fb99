import { existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { failOnArchiveDifferences } from '../../lib/operations/restore-archive';
import { silentReporter } from '../../lib/runtime/reporter';
import { awkwardDatabase } from '../support/awkward-database';
import {
  archiveBench,
  archiveFolder,
  gzipped,
  oldMajor,
  pgDump,
  renderExport,
  sqlFile,
} from '../support/old-archives';
import { query } from '../support/postgres-cluster';
import { freshDatabase, sharedMajors } from '../support/shared-servers';
import { shopDatabase } from '../support/small-database';

type Maker = (url: string, major: number) => Promise<string>;

const MAKERS: readonly (readonly [format: string, make: Maker])[] = [
  ['plain', (url, major) => pgDump(url, 'a.sql', [], major)],
  ['plain, gzip', async (url, major) => gzipped(await pgDump(url, 'a.sql', [], major))],
  ['custom', (url, major) => pgDump(url, 'a.dump', ['-Fc'], major)],
  ['custom, gzip', async (url, major) => gzipped(await pgDump(url, 'a.dump', ['-Fc', '-Z0'], major))],
  ['directory', (url, major) => pgDump(url, 'a.dir', ['-Fd'], major)],
  ['tar', (url, major) => pgDump(url, 'a.tar', ['-Ft'], major)],
  ['tar, gzip', async (url, major) => gzipped(await pgDump(url, 'a.tar', ['-Ft'], major))],
  ['directory in a tar, gzip', async (url, major) => renderExport(await pgDump(url, 'shop', ['-Fd'], major))],
];

describe.each(sharedMajors())('PostgreSQL %i', (major) => {
  let shop: string;
  beforeAll(async () => {
    shop = await shopDatabase(major);
  });

  test.each(MAKERS)('an archive of the format "%s" comes back row by row', async (format, make) => {
    const bench = archiveBench(major);
    const result = await bench.restore(await make(shop, major));
    expect(result).toMatchObject({
      created: true,
      archive: { format, serverVersion: expect.stringContaining(`${major}.`) as string },
      held: { tables: 4, rows: 22600, sequences: 2, extensions: [] },
      compared: { tables: 4, rows: 22600, sequences: 2 },
      differences: [],
    });
    const sum = 'SELECT count(*)::int AS n, sum(total)::text AS total FROM invoice';
    expect(await query(bench.url, sum)).toEqual(await query(shop, sum));
    expect(bench.scratch()).toEqual([]);
  });

  test.each(['-Fp', '-Fc'])('a schema full of oddities comes back from %s', async (format) => {
    const bench = archiveBench(major);
    const archive = await pgDump(await awkwardDatabase(major), 'awkward', [format, '--no-owner'], major);
    expect((await bench.restore(archive)).differences.filter(({ class: kind }) => kind === 'data')).toEqual(
      [],
    );
  });
});

test('the format is told by the bytes, whatever the name says', async () => {
  const archive = await pgDump(await shopDatabase(), 'backup.sql.gz', ['-Fc']);
  expect((await archiveBench().restore(archive)).archive.format).toBe('custom');
});

test('an empty database is restored into, a full one is refused before the archive is read', async () => {
  const bench = archiveBench();
  const archive = await pgDump(await shopDatabase(), 'a.dump', ['-Fc']);
  await freshDatabase(oldMajor(), bench.targetDatabase);
  expect(await bench.restore(archive)).toMatchObject({ created: false, differences: [] });
  await expect(bench.restore(path.join(archiveFolder(), 'none'))).rejects.toMatchObject({
    exitCode: 8,
    message: expect.stringContaining('is not empty') as string,
  });
});

test('the database is made in the encoding of the archive', async () => {
  const bench = archiveBench();
  const sql = "SET client_encoding = 'SQL_ASCII';\nCREATE TABLE t (a text);\n";
  await bench.restore(sqlFile(sql));
  expect(await query(bench.url, 'SHOW server_encoding')).toEqual([{ server_encoding: 'SQL_ASCII' }]);
});

test('rows of INSERT statements are told as not compared, and do not fail', async () => {
  const bench = archiveBench();
  const archive = await pgDump(await shopDatabase(), 'a.sql', ['--inserts', '--no-owner']);
  const result = await bench.restore(archive);
  expect(result).toMatchObject({ held: { rows: 22600 }, compared: { rows: 0 } });
  expect(new Set(result.differences.map((each) => each.class))).toEqual(new Set(['environment']));
  expect(() => {
    failOnArchiveDifferences(result);
  }).not.toThrow();
});

test('rows that were written under the root of their partitions are compared there', async () => {
  const url = await freshDatabase();
  await query(
    url,
    `CREATE TABLE p (a int) PARTITION BY HASH (a); CREATE TABLE p0 PARTITION OF p FOR VALUES WITH (MODULUS 2, REMAINDER 0);
     CREATE TABLE p1 PARTITION OF p FOR VALUES WITH (MODULUS 2, REMAINDER 1); INSERT INTO p SELECT generate_series(1, 50)`,
  );
  const archive = await pgDump(url, 'a.dump', ['-Fc', '--load-via-partition-root']);
  expect(await archiveBench().restore(archive)).toMatchObject({ differences: [], compared: { rows: 50 } });
});

test('a row that is not what the archive says ends with 10, and the database is left', async () => {
  const bench = archiveBench();
  const trigger = `CREATE TABLE public.t (a int);
CREATE FUNCTION public.other() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.a := 2; RETURN NEW; END $$;
CREATE TRIGGER other BEFORE INSERT ON public.t FOR EACH ROW EXECUTE FUNCTION public.other();
-- Data for Name: t; Type: TABLE DATA; Schema: public; Owner: -
COPY public.t (a) FROM stdin;
1
\\.
`;
  const result = await bench.restore(sqlFile(trigger));
  expect(result.differences).toEqual([
    expect.objectContaining({ class: 'data', subject: 'table public.t' }) as unknown,
  ]);
  expect(() => {
    failOnArchiveDifferences(result);
  }).toThrow(expect.objectContaining({ exitCode: 10 }) as Error);
  expect(await bench.exists()).toBe(true);
});

describe('refused before a database is made', () => {
  const refusals = async (archive: string, changes = {}, major?: number) => {
    const bench = archiveBench(major);
    const failure: unknown = await bench.restore(archive, changes).catch((error: unknown) => error);
    expect(await bench.exists()).toBe(false);
    expect(bench.scratch()).toEqual([]);
    return failure;
  };

  test('a plain dump without its last line, unless it is allowed', async () => {
    const archive = await pgDump(await shopDatabase(), 'a.sql', []);
    const text = readFileSync(archive, 'utf8');
    writeFileSync(archive, text.slice(0, text.indexOf('-- PostgreSQL database dump complete')));
    expect(await refusals(archive)).toMatchObject({
      exitCode: 7,
      hint: expect.stringContaining('--allow') as string,
    });
    const allowed = await archiveBench().restore(archive, { allow: ['no-end-line'] });
    expect(allowed.warnings).toContainEqual(expect.stringContaining('nothing says that it is whole'));
  });

  test('a plain dump that ends among its rows, even where that is allowed', async () => {
    const archive = await pgDump(await shopDatabase(), 'a.sql', []);
    truncateSync(archive, readFileSync(archive, 'utf8').indexOf('customer 250'));
    expect(await refusals(archive, { allow: ['no-end-line'] })).toMatchObject({
      exitCode: 7,
      message: expect.stringContaining('in the middle of the rows') as string,
    });
  });

  test.each(MAKERS.filter(([format]) => !/^(plain|directory)$/.test(format)))(
    'an archive cut short: %s',
    async (_, make) => {
      const archive = await make(await shopDatabase(), oldMajor());
      truncateSync(archive, Math.floor(readFileSync(archive).length * 0.6));
      expect(await refusals(archive)).toMatchObject({ exitCode: 7 });
    },
  );

  test('an archive of a newer server', async () => {
    const newest = sharedMajors().at(-1) ?? 17;
    for (const args of [['-Fc'], []]) {
      const archive = await pgDump(await shopDatabase(newest), 'a', args, newest);
      expect(await refusals(archive, {}, oldMajor())).toMatchObject({
        exitCode: 8,
        message: expect.stringMatching(/a newer pg_dump wrote it|the dump is of 17/) as string,
      });
    }
  });

  test('a dump that makes its own database, and pg_dumpall, each with its lines', async () => {
    const archive = await pgDump(await shopDatabase(), 'a.sql', ['--create', '--clean', '--if-exists']);
    const failure = await refusals(archive);
    expect(failure).toMatchObject({
      exitCode: 8,
      hint: expect.stringContaining('--allow creates-databases') as string,
    });
    for (const word of ['DROP DATABASE', 'CREATE DATABASE', 'ALTER DATABASE', '\\connect'])
      expect(failure).toMatchObject({ message: expect.stringContaining(word) as string });
  });

  test('roles that the archive names and the target lacks, with the statements that make them', async () => {
    const sql =
      'CREATE TABLE public.t (a int);\nALTER TABLE public.t OWNER TO "who is ""he""";\nGRANT SELECT ON TABLE public.t TO PUBLIC;\n';
    expect(await refusals(sqlFile(sql))).toMatchObject({
      exitCode: 8,
      hint: expect.stringContaining('CREATE ROLE "who is ""he""" NOLOGIN;') as string,
    });
  });

  test('an archive of owners that are missing is refused with --owners only', async () => {
    const url = await freshDatabase();
    await query(url, 'CREATE ROLE gone_owner; CREATE TABLE t (a int); ALTER TABLE t OWNER TO gone_owner');
    const archive = await pgDump(url, 'a.dump', ['-Fc']);
    await query(url, 'DROP OWNED BY gone_owner; DROP ROLE gone_owner');
    expect(await refusals(archive, { owners: true })).toMatchObject({
      exitCode: 8,
      message: expect.stringContaining('gone_owner') as string,
    });
    expect(await archiveBench().restore(archive)).toMatchObject({ differences: [] });
  });

  test('what is no dump', async () => {
    const file = path.join(archiveFolder(), 'photo.sql');
    writeFileSync(file, Buffer.alloc(2000));
    expect(await refusals(file)).toMatchObject({ exitCode: 8 });
  });
});

test('--allow creates-databases runs the archive as it is, and says that nothing was compared', async () => {
  const shop = await shopDatabase();
  const archive = await pgDump(shop, 'a.sql', ['--create']);
  const name = new URL(shop).pathname.slice(1);
  writeFileSync(archive, readFileSync(archive, 'utf8').replaceAll(name, `own_${name}`));
  const bench = archiveBench();
  const result = await bench.restore(archive, { allow: ['creates-databases'] });
  expect(result).toMatchObject({ differences: [], compared: { tables: 0, rows: 0 } });
  expect(result.warnings).toContainEqual(expect.stringContaining(`\\connect own_${name}`));
  const made = new URL(shop);
  made.pathname = `/own_${name}`;
  expect(await query(made.toString(), 'SELECT count(*)::int AS n FROM invoice')).toEqual([{ n: 2000 }]);
});

test('a dump that fails half-way leaves no database, unless it is to be kept', async () => {
  const archive = sqlFile('CREATE TABLE public.t (a int);\nSELECT 1/0;\n');
  const bench = archiveBench();
  await expect(bench.restore(archive)).rejects.toMatchObject({ exitCode: 9 });
  expect(await bench.exists()).toBe(false);
  await expect(bench.restore(archive, { keepFailed: true })).rejects.toMatchObject({ exitCode: 9 });
  expect(await bench.exists()).toBe(true);
});

test('a signal ends it, and nothing of it is left', async () => {
  const bench = archiveBench();
  const stop = new AbortController();
  const archive = sqlFile('CREATE TABLE public.t (a int);\nSELECT pg_catalog.pg_sleep(600);\n');
  const reporter = {
    ...silentReporter,
    info: () => {
      setTimeout(() => {
        stop.abort(new Error('told to'));
      }, 200);
    },
  };
  await expect(bench.restore(archive, {}, { signal: stop.signal, reporter })).rejects.toThrow('told to');
  expect(await bench.exists()).toBe(false);
  expect(bench.scratch()).toEqual([]);
});

describe('commands of psql in an archive', () => {
  const mark = () => path.join(archiveFolder(), 'hacked');

  test.each([
    ['a shell', (file: string) => `\\! touch ${file}`],
    ['a copy to a program', (file: string) => `\\copy (SELECT 1) to program 'touch ${file}'`],
    ['another file', () => '\\i /etc/passwd'],
    ['a shell behind a statement', (file: string) => `SELECT 1 \\! touch ${file}`],
    ['a query into a program', (file: string) => `SELECT 1 \\g |touch ${file}`],
    ['a shell after an own fence', (file: string) => `\\restrict abc\n\\unrestrict abc\n\\! touch ${file}`],
    ['a connection that runs a program', (file: string) => `\\connect \`touch ${file}\``],
    ['another host', () => "\\connect -reuse-previous=on \"dbname='x' host='evil.example.com'\""],
  ])('%s is refused, whatever is allowed', async (_, command) => {
    const file = mark();
    const bench = archiveBench();
    const archive = sqlFile(`CREATE TABLE public.t (a int);\n${command(file)}\n`);
    await expect(
      bench.restore(archive, { allow: ['creates-databases', 'no-end-line'] }),
    ).rejects.toMatchObject({
      exitCode: 8,
      message: expect.stringContaining('commands of psql, which are never run') as string,
    });
    expect(existsSync(file)).toBe(false);
    expect(await bench.exists()).toBe(false);
  });

  test('what looks like one in rows, functions, names and comments comes back as it was', async () => {
    const url = await freshDatabase();
    const file = mark();
    const evil = `\\! touch ${file}\n\\connect postgres\nDROP DATABASE postgres;\n\\.\n\\restrict abc\n\\unrestrict abc\n`;
    const quoted = evil.replaceAll("'", "''");
    await query(
      url,
      `CREATE TABLE t (a text, b text); INSERT INTO t VALUES ('${quoted}', '\\.'), ('\\! x', '$$ " '' --');
       CREATE TABLE "\\! touch ${file}" ("DROP DATABASE x; \\c" int);
       CREATE FUNCTION f() RETURNS text LANGUAGE plpgsql AS $f$ BEGIN RETURN '${quoted}'; END $f$;
       CREATE FUNCTION g() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END;
       COMMENT ON TABLE t IS '${quoted}'; COMMENT ON FUNCTION f() IS E'it''s \\\\ a -- DROP DATABASE x;';
       CREATE VIEW v AS SELECT '${quoted}'::text AS x, E'\\\\' AS y`,
    );
    const archive = await pgDump(url, 'a.sql', []);
    const bench = archiveBench();
    expect(await bench.restore(archive)).toMatchObject({ differences: [] });
    const look = `SELECT (SELECT string_agg(a || b, '' ORDER BY a) FROM t) AS rows, f() AS f, g() AS g, (SELECT x || y FROM v) AS v,
      obj_description('t'::regclass) AS comment, (SELECT count(*)::int FROM pg_class WHERE relname LIKE '%touch%') AS named`;
    expect(await query(bench.url, look)).toEqual(await query(url, look));
    expect(existsSync(file)).toBe(false);
  });
});

test('a client program that cannot be found is told before the archive is read', async () => {
  const folder = archiveFolder();
  await expect(
    archiveBench().restore(path.join(folder, 'none'), { postgresBin: folder }),
  ).rejects.toMatchObject({ exitCode: 4 });
});
