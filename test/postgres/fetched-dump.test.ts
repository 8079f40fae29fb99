import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { readToEnd } from '../../lib/postgres/fetched-dump';

const LAST_LINE = '--\n-- PostgreSQL database dump complete\n--\n';

function plainDump(sql: string, gzip: boolean) {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'dump-')), 'dump.sql');
  writeFileSync(file, gzip ? gzipSync(sql) : sql);
  return { format: 'plain', path: file, gzip } as const;
}

test.each([true, false])('a plain dump (gzip: %s) is whole only with its last line', async (gzip) => {
  const rows = 'SELECT 1;\n'.repeat(100_000);
  await expect(readToEnd(plainDump(rows + LAST_LINE, gzip), undefined)).resolves.toBeUndefined();
  await expect(readToEnd(plainDump(rows, gzip), undefined)).rejects.toMatchObject({
    kind: 'stored-data-faulty',
    message: expect.stringContaining('does not end with') as string,
  });
});
