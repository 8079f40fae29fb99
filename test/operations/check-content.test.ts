import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { checkContent } from '../../lib/operations/check-content';
import { makeBench } from '../support/make-backup';
import { shopDatabase } from '../support/small-database';

test('without the client programs the bytes are read, and it is told that the archive was not', async () => {
  const bench = await makeBench(await shopDatabase());
  const { manifest } = await bench.backup();
  const scratchRoot = mkdtempSync(path.join(tmpdir(), 'check-'));
  const options = { scratchRoot, knownFaulty: new Set<string>(), postgresBin: '/nonexistent' };
  expect(await checkContent(bench.store, manifest, options)).toEqual([
    {
      severity: 'note',
      kind: 'archive',
      subject: `shop ${manifest.id}`,
      text: expect.stringMatching(/^was not read to its end: The server is PostgreSQL \d+;/) as string,
    },
  ]);
});
