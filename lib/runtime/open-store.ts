/** From the name of a store, as operators and task definitions write it, to the store and what is archived in it or lies below it. */
import { Failure } from '../contract/failure';
import type { Archive } from './archive';
import { DirectoryStore } from './directory-store';
import { s3Client } from './s3-api';
import { S3Archive } from './s3-archive';
import { S3ObjectVersions } from './s3-object-versions';
import { S3Store } from './s3-store';
import type { Store } from './store';
import type { Versions } from './versions';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html; or the ARN of an access point. */
const BUCKET =
  /^([a-z0-9][a-z0-9.-]{1,61}[a-z0-9]|arn:aws[a-z-]*:s3:[a-z0-9-]+:\d{12}:accesspoint[/:][a-z0-9-]+)$/;
const ALLOWED = 'allowed are s3://BUCKET and file:DIRECTORY';

/**
 * @param url `s3://bucket`, or `file:directory` (relative to the working directory, or absolute)
 * @throws Failure `usage`
 */
export function openStore(url: string): Store {
  if (url.startsWith('s3://')) return new S3Store(bucketOf(url), s3Client());
  const directory = /^file:(?:\/\/(?=\/))?(.+)$/.exec(url)?.[1];
  if (directory !== undefined) return new DirectoryStore(directory);
  throw new Failure('usage', `${JSON.stringify(url)} is no store; ${ALLOWED}.`, {
    hint: hintFor(url),
  });
}

/** What may have been meant. */
function hintFor(url: string): string {
  const bucket = /^s3:\/?(.*)$/i.exec(url)?.[1];
  if (bucket !== undefined) return `A bucket is written with two slashes: s3://${bucket || 'BUCKET'}.`;
  return `For a directory write file:${url === '' ? 'backups' : url}.`;
}

/** What lies in archive classes of a store; undefined for a directory, which has none. @throws Failure `usage` */
export function openArchive(url: string): Archive | undefined {
  return url.startsWith('s3://') ? new S3Archive(bucketOf(url), s3Client()) : undefined;
}

/** What lies below the newest versions of a store; undefined for a directory, which keeps none. @throws Failure `usage` */
export function openVersions(url: string): Versions | undefined {
  return url.startsWith('s3://') ? new S3ObjectVersions(bucketOf(url), s3Client()) : undefined;
}

/** Of `s3://bucket`. @throws Failure `usage` */
export function bucketOf(url: string): string {
  const bucket = url.slice('s3://'.length).replace(/\/$/, '');
  if (BUCKET.test(bucket)) return bucket;
  throw new Failure('usage', `${JSON.stringify(url)} names no bucket; ${ALLOWED}.`, {
    hint: bucket.includes('/')
      ? `A bucket belongs to Backstop as a whole, without a prefix: s3://${bucket.split('/', 1).join('')}.`
      : 'A bucket has 3 to 63 lower-case letters, digits, dots and dashes.',
  });
}
