import { parseArchiveList, tableDataEntries } from '../../../lib/postgres/dump/archive-list';
import { dumpOptionsFor } from '../../../lib/postgres/dump/dump-options';
import { compressionArgument } from '../../../lib/postgres/dump/pg-dump';
import type { ServerFacts } from '../../../lib/postgres/server';

test('entries are read by number and oid; names, which may hold anything, are not', () => {
  const entries = parseArchiveList(
    [
      ';',
      '; Archive created at 2026-11-20 02:00:00 UTC',
      '214; 1259 16385 TABLE public my table owner',
      '3456; 0 16385 TABLE DATA public my table owner',
      '3470; 0 0 SEQUENCE SET public id_seq owner',
      '',
    ].join('\n'),
  );
  expect(entries).toHaveLength(3);
  expect(tableDataEntries(entries)).toEqual([
    { dumpId: 3456, oid: 16385, description: 'TABLE DATA public my table owner' },
  ]);
});

describe('what pg_dump is told of compression', () => {
  test.each([
    ['gzip:1', 15, '1'],
    ['gzip', 15, '6'],
    ['none', 15, '0'],
    ['zstd:1', 17, 'zstd:1'],
    ['none', 17, 'none'],
  ])('%s for PostgreSQL %d is %s', (compression, major, argument) => {
    expect(compressionArgument(compression, major)).toBe(argument);
  });

  test('what an older pg_dump does not know is refused in words', () => {
    expect(() => compressionArgument('zstd:1', 15)).toThrow(/pg_dump 15 cannot compress with zstd:1/);
  });
});

describe('the options of a dump', () => {
  const wanted = { jobs: 2, excludeTableData: [], tables: [], lockTimeoutSeconds: 1, stallTimeoutSeconds: 1 };
  const facts = (changes: Partial<ServerFacts>) =>
    ({ major: 17, largeObjectCount: 0, ...changes }) as ServerFacts;

  test('directory with level 1 is the default, zstd where the server knows it', () => {
    expect(dumpOptionsFor(wanted, facts({}))).toMatchObject({ format: 'directory', compression: 'zstd:1' });
    expect(dumpOptionsFor(wanted, facts({ major: 15 }))).toMatchObject({ compression: 'gzip:1' });
    expect(dumpOptionsFor({ ...wanted, format: 'plain' }, facts({}))).toMatchObject({
      compression: 'gzip:1',
    });
  });

  test('above 10,000 large objects it is custom, unless another format was asked for', () => {
    expect(dumpOptionsFor(wanted, facts({ largeObjectCount: 10_001 })).format).toBe('custom');
    expect(
      dumpOptionsFor({ ...wanted, format: 'directory' }, facts({ largeObjectCount: 10_001 })).format,
    ).toBe('directory');
  });

  test.each([
    [{ compression: 'brotli' }, /The compression is brotli; allowed are/],
    [{ compression: 'zstd:1 --file=x' }, /allowed are/],
    [{ compression: 'zstd:1', format: 'plain' as const }, /A plain dump is compressed with gzip or none/],
  ])('%p is refused', (changes, message) => {
    expect(() => dumpOptionsFor({ ...wanted, ...changes }, facts({}))).toThrow(message);
  });
});
