/** What lies in the archive classes of an S3 bucket. Needs what grantRestore of lib/constructs/storage-access.ts allows. */
import { ARCHIVE_CLASSES, type ThawSpeed } from '../contract/storage-class';
import type { Archive, ArchivedObject, ThawOptions, ThawState } from './archive';
import { awsError } from './aws-error';
import { S3Api, type s3Client } from './s3-api';
import { newestVersions } from './s3-versions';
import { checkPrefix } from './store-key';

const TIERS = { standard: 'Standard', bulk: 'Bulk', expedited: 'Expedited' } as const satisfies Record<
  ThawSpeed,
  string
>;

export class S3Archive implements Archive {
  readonly url: string;
  private readonly s3: S3Api;

  constructor(bucket: string, client: ReturnType<typeof s3Client>) {
    this.s3 = new S3Api(bucket, client);
    this.url = this.s3.url;
  }

  async *archived(prefix: string): AsyncGenerator<ArchivedObject> {
    checkPrefix(prefix);
    const versions = newestVersions((before) => {
      const { NextKeyMarker: KeyMarker, NextVersionIdMarker: VersionIdMarker } = before ?? {};
      const listing = this.s3.listVersions({ Prefix: prefix, KeyMarker, VersionIdMarker });
      return this.s3.explained('list', prefix, listing);
    });
    for await (const { versionId, storageClass: found, object } of versions) {
      const storageClass = ARCHIVE_CLASSES.find((archive) => archive === found);
      if (storageClass !== undefined) yield { key: object.key, versionId, bytes: object.bytes, storageClass };
    }
  }

  /** https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html#API_HeadObject_ResponseSyntax: x-amz-restore */
  async stateOf({ key, versionId }: ArchivedObject): Promise<ThawState> {
    const head = this.s3.headObject({ Key: key, VersionId: versionId });
    const { Restore } = await this.s3.explained('head', key, head);
    if (Restore === undefined) return 'archived';
    return Restore.includes('ongoing-request="true"') ? 'thawing' : 'readable';
  }

  async thaw({ key, versionId }: ArchivedObject, { days, speed }: ThawOptions): Promise<void> {
    const RestoreRequest = { Days: days, GlacierJobParameters: { Tier: TIERS[speed] } };
    await this.s3
      .restoreObject({ Key: key, VersionId: versionId, RestoreRequest })
      .catch(async (error: unknown) => {
        if (awsError(error).code !== 'RestoreAlreadyInProgress')
          throw await this.s3.failure('thaw', key, error);
      });
  }

  close(): void {
    this.s3.close();
  }
}
