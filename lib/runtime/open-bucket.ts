/** A backup bucket as an operator looks at it: how it and its objects are protected, and what lies in it. It changes nothing. */
import type { Guardrails } from '../contract/guardrails';
import { kmsClient } from './kms-signer';
import { liveGuardrails } from './live-guardrails';
import { bucketOf } from './open-store';
import type { ProtectedObjects } from './protected-objects';
import { S3Api, s3Client } from './s3-api';
import { S3ProtectedObjects } from './s3-protected-objects';
import { allVersions } from './s3-versions';
import type { StoredVersions, StoredVersionSize } from './stored-versions';

export interface OpenBucket extends StoredVersions {
  readonly objects: ProtectedObjects;
  /** @throws Failure `store-failed`, see liveGuardrails */
  guardrails(): Promise<Guardrails>;
  close(): void;
}

/** @returns undefined for a folder, of which nobody can be asked. @throws Failure `usage` */
export function openBucket(url: string): OpenBucket | undefined {
  if (!url.startsWith('s3://')) return undefined;
  const bucket = bucketOf(url);
  const [s3, kms] = [s3Client(), kmsClient()];
  const api = new S3Api(bucket, s3);
  return {
    objects: new S3ProtectedObjects(bucket, s3),
    guardrails: async () => liveGuardrails(api, kms, await keyOf(api)),
    sizes: (prefix) => sizesIn(api, prefix),
    close: () => {
      s3.destroy();
      kms.destroy();
    },
  };
}

/** Why it could not be read is told by whoever reads it next. */
async function keyOf(api: S3Api): Promise<string | undefined> {
  const answer = await api.encryption().catch(() => undefined);
  const [rule] = answer?.ServerSideEncryptionConfiguration?.Rules ?? [];
  return rule?.ApplyServerSideEncryptionByDefault?.KMSMasterKeyID;
}

/** S3 lists the newest version of a key first. */
async function* sizesIn(api: S3Api, prefix: string): AsyncGenerator<StoredVersionSize> {
  let last: string | undefined;
  const versions = allVersions((before) => {
    const { NextKeyMarker: KeyMarker, NextVersionIdMarker: VersionIdMarker } = before ?? {};
    return api.explained('list', prefix, api.listVersions({ Prefix: prefix, KeyMarker, VersionIdMarker }));
  });
  for await (const { storageClass, object } of versions) {
    const { key, bytes, hidden, modifiedAt } = object;
    yield { key, bytes, modifiedAt, storageClass, isCurrent: key !== last && !hidden };
    last = key;
  }
}
