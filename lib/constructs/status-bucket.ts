import { Duration, Tags } from 'aws-cdk-lib';
import { Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { AccessLogBucket } from './access-log-bucket';
import { bucketName, CONTENT_TAG, PRIVATE_BUCKET, retainPolicy } from './private-bucket';

export interface StatusBucketProps {
  readonly installation: string;
  readonly accessLogs: AccessLogBucket;
  /** How long an overwritten page can still be looked at. @default Duration.days(30) */
  readonly keepOverwritten?: Duration;
}

/** Pages and the monitor's own state: overwritten on each run, which a locked bucket would keep for ever. */
export class StatusBucket extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, props: StatusBucketProps) {
    super(scope, id);
    this.bucket = new Bucket(this, 'Bucket', {
      ...PRIVATE_BUCKET,
      bucketName: bucketName(this, props.installation, 'status'),
      encryption: BucketEncryption.S3_MANAGED,
      serverAccessLogsBucket: props.accessLogs.bucket,
      serverAccessLogsPrefix: 'status/',
      lifecycleRules: [
        {
          id: 'clean-up',
          noncurrentVersionExpiration: props.keepOverwritten ?? Duration.days(30),
          expiredObjectDeleteMarker: true,
        },
      ],
    });
    Tags.of(this.bucket).add(CONTENT_TAG, 'status');
    retainPolicy(this.bucket);
  }
}
