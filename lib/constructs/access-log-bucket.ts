import { Duration, Tags } from 'aws-cdk-lib';
import { Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { bucketName, CONTENT_TAG, PRIVATE_BUCKET, retainPolicy } from './private-bucket';

export interface AccessLogBucketProps {
  readonly installation: string;
  /** @default Duration.days(400) - the same day a year earlier can still be looked up */
  readonly keep?: Duration;
}

/** Who read, wrote or expired what: S3's own log, lifecycle included. S3 delivers it only into SSE-S3 without a lock. */
export class AccessLogBucket extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, props: AccessLogBucketProps) {
    super(scope, id);
    this.bucket = new Bucket(this, 'Bucket', {
      ...PRIVATE_BUCKET,
      bucketName: bucketName(this, props.installation, 'access-logs'),
      encryption: BucketEncryption.S3_MANAGED,
      lifecycleRules: [
        {
          id: 'expire',
          expiration: props.keep ?? Duration.days(400),
          noncurrentVersionExpiration: Duration.days(30),
        },
        { id: 'clean-up', expiredObjectDeleteMarker: true },
      ],
    });
    Tags.of(this.bucket).add(CONTENT_TAG, 'access-logs');
    retainPolicy(this.bucket);
  }
}
