import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import type { Envelope } from '../../lib/contract/envelope';
import { readDocument } from '../../lib/operations/read-manifest';
import { makeBench } from '../support/make-backup';
import { shopDatabase } from '../support/small-database';
import { fileOf } from '../support/tampering';

const sha256 = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const keep = { daily: 7, monthly: 365 };

test('each manifest names the SHA-256 of the whole object before it', async () => {
  const bench = await makeBench(await shopDatabase());
  const first = await bench.backup();
  const second = await bench.backup();
  const bytes = await readDocument(bench.store, first.manifestKey);
  expect(second.manifest.previousManifestSha256).toBe(sha256(bytes));
});

test('the newest point of each class is carried from manifest to manifest', async () => {
  const bench = await makeBench(await shopDatabase());
  const classes = [];
  for (let count = 0; count < 3; count++) classes.push((await bench.backup({ keep })).manifest.class);
  expect(classes).toEqual(['monthly', 'daily', 'daily']);
});

test.each([
  ['was changed after it was signed', { payload: { reason: 'another' } }],
  ['carries no signature', { signature: null }],
])('a manifest that %s is named by the next one, not believed, and told', async (fault, change) => {
  const bench = await makeBench(await shopDatabase());
  const first = await bench.backup({ keep });
  const file = fileOf(bench.store, first.manifestKey);
  const envelope = JSON.parse(readFileSync(file, 'utf8')) as Envelope;
  const payload = { ...envelope.payload, ...('payload' in change ? change.payload : {}) };
  const bytes = JSON.stringify({ ...envelope, ...change, payload });
  writeFileSync(file, bytes);
  const { manifest } = await bench.backup({ keep });
  expect(manifest.warnings).toEqual([
    expect.stringMatching(new RegExp(`^The manifest before this one: .* ${fault}`)),
  ]);
  expect(manifest.class).toBe('monthly');
  expect(manifest.previousManifestSha256).toBe(sha256(bytes));
});
