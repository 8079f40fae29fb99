/** All versions of an object in S3. Needs s3:ListBucketVersions and s3:GetObjectVersion, as reading from S3Store does. */
import type { Readable } from 'node:stream';
import { S3Api, type s3Client } from './s3-api';
import { openVersion } from './s3-open-version';
import { allVersions } from './s3-versions';
import type { ReadOptions } from './store';
import { checkKey } from './store-key';
import type { StoredVersion, Versions } from './versions';

export class S3ObjectVersions implements Versions {
  private readonly s3: S3Api;

  constructor(bucket: string, client: ReturnType<typeof s3Client>) {
    this.s3 = new S3Api(bucket, client);
  }

  async all(key: string): Promise<readonly StoredVersion[]> {
    checkKey(key);
    const versions = allVersions((before) => {
      const { NextKeyMarker: KeyMarker, NextVersionIdMarker: VersionIdMarker } = before ?? {};
      const listing = this.s3.listVersions({ Prefix: key, KeyMarker, VersionIdMarker });
      return this.s3.explained('list', key, listing);
    });
    const found: StoredVersion[] = [];
    for await (const { versionId, object } of versions) {
      // The key itself is the first that begins with it.
      if (object.key !== key) break;
      found.push({ versionId, bytes: object.bytes, modifiedAt: object.modifiedAt });
    }
    return found;
  }

  async get(key: string, { versionId, bytes }: StoredVersion, options: ReadOptions = {}): Promise<Readable> {
    return openVersion(this.s3, { key, versionId, bytes }, options.signal);
  }

  close(): void {
    this.s3.close();
  }
}
