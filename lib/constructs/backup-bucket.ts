import { Aws, Duration, Stack, Tags } from 'aws-cdk-lib';
import { Bucket, BucketEncryption, ObjectLockRetention, type CfnBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { keeperRoleName } from '../contract/names';
import type { Kind } from '../contract/object-keys';
import type { KeptDatabase } from '../settings/database-schema';
import type { LockSettings } from '../settings/schema';
import type { AccessLogBucket } from './access-log-bucket';
import type { BackupKey } from './backup-key';
import { createOnlyPolicy, longestLockDays } from './create-only-policy';
import type { Guardians } from './guardians';
import { lifecycleRules } from './lifecycle-rules';
import { bucketName, CONTENT_TAG, PRIVATE_BUCKET, retainPolicy } from './private-bucket';

export interface BackupBucketProps {
  readonly installation: string;
  /** One bucket per kind, because a bucket has one default lock. */
  readonly kind: Kind;
  readonly databases: Readonly<Record<string, KeptDatabase>>;
  readonly lock: LockSettings;
  readonly encryptionKey: BackupKey;
  readonly accessLogs: AccessLogBucket;
  readonly guardians: Guardians;
}

/** Where recovery points lie: each object is born locked, and nobody overwrites or deletes it before its time. */
export class BackupBucket extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, props: BackupBucketProps) {
    super(scope, id);
    const { kind, lock, databases, guardians } = props;
    this.bucket = new Bucket(this, 'Bucket', {
      ...PRIVATE_BUCKET,
      bucketName: bucketName(this, props.installation, kind),
      encryption: BucketEncryption.KMS,
      encryptionKey: props.encryptionKey.key,
      bucketKeyEnabled: true,
      objectLockEnabled: true,
      objectLockDefaultRetention: ObjectLockRetention[lock.mode](Duration.days(lock.days)),
      lifecycleRules: lifecycleRules(kind, databases),
      serverAccessLogsBucket: props.accessLogs.bucket,
      serverAccessLogsPrefix: `${kind}/`,
    });
    /** For the keeper. CDK's eventBridgeEnabled would add a program of its own, with rights on every bucket. */
    (this.bucket.node.defaultChild as CfnBucket).notificationConfiguration = {
      eventBridgeConfiguration: { eventBridgeEnabled: true },
    };
    Tags.of(this.bucket).add(CONTENT_TAG, 'recovery-points');
    retainPolicy(this.bucket);
    createOnlyPolicy({
      bucketArn: this.bucket.bucketArn,
      keyArn: props.encryptionKey.key.keyArn,
      guardians,
      keeperRoleArn: this.keeperRoleArn(props.installation),
      longestLockDays: longestLockDays(databases),
    }).forEach((statement) => this.bucket.addToResourcePolicy(statement));
  }

  /** By its name: the compute stack, which makes the role, is deployed later, and may be gone for a while. */
  private keeperRoleArn(installation: string): string {
    const { account, region } = Stack.of(this);
    return `arn:${Aws.PARTITION}:iam::${account}:role/${keeperRoleName(installation, region)}`;
  }
}
