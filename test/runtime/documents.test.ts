import { CreateBucketCommand, HeadObjectCommand, PutBucketVersioningCommand } from '@aws-sdk/client-s3';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DirectoryDocuments } from '../../lib/runtime/directory-documents';
import type { Documents } from '../../lib/runtime/documents';
import { s3Client } from '../../lib/runtime/s3-api';
import { S3Documents } from '../../lib/runtime/s3-documents';
import type { Store } from '../../lib/runtime/store';
import { adminClient, unfinishedUploads } from '../support/locked-bucket';
import { describeDocuments, MOST_BYTES } from './documents-conformance';

const admin = adminClient();
afterAll(() => {
  admin.destroy();
});

/** As the storage stack makes the status bucket: versioned, and not locked. */
async function statusBucket(): Promise<string> {
  const Bucket = `status-${randomBytes(6).toString('hex')}`;
  const LocationConstraint = 'eu-central-1';
  await admin.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint } }));
  const VersioningConfiguration = { Status: 'Enabled' } as const;
  await admin.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
  return Bucket;
}

describeDocuments('S3', async () => {
  const Bucket = await statusBucket();
  return {
    documents: new S3Documents(Bucket, s3Client(), MOST_BYTES),
    leftovers: () => unfinishedUploads(admin, Bucket),
  };
});

describeDocuments('a directory', () => {
  const root = path.join(mkdtempSync(path.join(tmpdir(), 'documents-')), 'made', 'by', 'write');
  const names = () => readdirSync(root, { recursive: true, encoding: 'utf8' });
  return Promise.resolve({
    documents: new DirectoryDocuments(root, MOST_BYTES),
    leftovers: () => Promise.resolve(names().filter((name) => path.basename(name).startsWith('.'))),
  });
});

test('a bucket of recovery points takes no documents', () => {
  for (const kind of ['postgres', 'redis', 'media'])
    expect(() => new S3Documents(`acme-${kind}-111122223333-eu-central-1`, s3Client())).toThrow(
      'holds recovery points: nothing is ever overwritten there',
    );
  expect(new S3Documents('acme-status-111122223333-eu-central-1', s3Client()).url).toContain('status');
});

test('documents and stores share no method, so that neither can stand for the other', () => {
  const shared: Exclude<keyof Documents & keyof Store, 'url'>[] = [];
  expect(shared).toEqual([]);
  const none: [Exclude<keyof Documents & keyof Store, 'url'>] extends [never] ? true : false = true;
  expect(none).toBe(true);
});

test('a browser is told the media type of a document in S3', async () => {
  const Bucket = await statusBucket();
  await new S3Documents(Bucket, s3Client()).write('status/x', Buffer.from('x'), 'image/svg+xml');
  const { ContentType } = await admin.send(new HeadObjectCommand({ Bucket, Key: 'status/x' }));
  expect(ContentType).toBe('image/svg+xml');
});

test('a bucket that is not there is a failure, and no missing document', async () => {
  const documents = new S3Documents('there-is-none', s3Client());
  await expect(documents.read('x')).rejects.toMatchObject({ kind: 'store-failed' });
  await expect(documents.write('x', Buffer.from('x'), 'text/plain')).rejects.toMatchObject({
    kind: 'store-failed',
  });
});
