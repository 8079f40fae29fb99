import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { pointIndexKey, type PointIndex } from '../../../lib/contract/point-index';
import { loadIndex, saveIndex } from '../../../lib/operations/point-index/saved-index';
import { DirectoryDocuments } from '../../../lib/runtime/directory-documents';
import type { Documents } from '../../../lib/runtime/documents';

const INDEX: PointIndex = {
  ...{ version: 1, database: 'shop', toolVersion: '0.1.0', madeAt: '2026-11-20T06:00:00.000Z' },
  ...{ trustSha256: 'a'.repeat(64), evidenceTrustSha256: null, points: [], drills: [] },
  forgotten: [['20261120T020000Z-000000', '1', 'b'.repeat(64)]],
  orphans: { at: '2026-11-20T06:00:00.000Z', count: 1, bytes: 2 },
};

let documents: Documents;
beforeEach(() => {
  documents = new DirectoryDocuments(mkdtempSync(path.join(tmpdir(), 'index-')));
});

const put = (body: Buffer, database = 'shop') =>
  documents.write(pointIndexKey(database), body, 'application/gzip');
const packed = (document: unknown) => gzipSync(JSON.stringify(document));

test('an index comes back as it was saved, the last one of two', async () => {
  await saveIndex(documents, { ...INDEX, orphans: null });
  await saveIndex(documents, INDEX);
  expect(await loadIndex(documents, 'shop')).toEqual(INDEX);
  expect(await loadIndex(documents, 'garage')).toBeUndefined();
});

test.each([
  ['no gzip', Buffer.from('{}')],
  ['no JSON', gzipSync('{')],
  ['of another version', packed({ ...INDEX, version: 2 })],
  ['of another database', packed({ ...INDEX, database: 'garage' })],
  ['with more than it may have', packed({ ...INDEX, more: 1 })],
  ['larger than any, once it is unpacked', gzipSync(Buffer.alloc(129 * 1024 * 1024, ' '))],
])('one that is %s is none', async (_, body) => {
  await put(body);
  expect(await loadIndex(documents, 'shop')).toBeUndefined();
});

test('a place that is out of reach is a failure, and no missing index', async () => {
  const broken: Documents = { ...documents, read: () => Promise.reject(new Error('out of reach')) };
  await expect(loadIndex(broken, 'shop')).rejects.toThrow('out of reach');
});
