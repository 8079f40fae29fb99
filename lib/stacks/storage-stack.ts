import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import { AccessLogBucket } from '../constructs/access-log-bucket';
import { BackupBucket } from '../constructs/backup-bucket';
import { BackupKey } from '../constructs/backup-key';
import { guardiansOf } from '../constructs/guardians';
import { SigningKey } from '../constructs/signing-key';
import { StatusBucket } from '../constructs/status-bucket';
import { namesOf } from '../contract/names';
import type { Settings } from '../settings/schema';

export interface StorageStackProps extends StackProps {
  readonly settings: Settings;
}

/** All that must survive everything else: buckets and keys, retained and protected. No program runs here. */
export class StorageStack extends Stack {
  readonly backupKey: BackupKey;
  readonly manifestSigningKey: SigningKey;
  readonly evidenceSigningKey: SigningKey;
  readonly accessLogs: AccessLogBucket;
  readonly postgresBackups: BackupBucket;
  readonly status: StatusBucket;

  constructor(scope: Construct, id: string, props: StorageStackProps) {
    super(scope, id, { terminationProtection: true, ...props });
    const { settings } = props;
    const { name: installation, lock, databases } = settings;
    const guardians = guardiansOf(this, settings);

    this.backupKey = new BackupKey(this, 'BackupKey', { aliasName: `${installation}/backups`, guardians });
    this.manifestSigningKey = new SigningKey(this, 'ManifestSigningKey', {
      aliasName: `${installation}/manifest-signing`,
      signs: 'manifests of recovery points',
      guardians,
    });
    /** A key of its own: the backup role, which signs manifests, cannot forge the proof of a drill. */
    this.evidenceSigningKey = new SigningKey(this, 'EvidenceSigningKey', {
      aliasName: `${installation}/evidence-signing`,
      signs: 'evidence of drills',
      guardians,
    });
    this.accessLogs = new AccessLogBucket(this, 'AccessLogs', { installation });
    this.postgresBackups = new BackupBucket(this, 'PostgresBackups', {
      installation,
      kind: 'postgres',
      databases,
      lock,
      encryptionKey: this.backupKey,
      accessLogs: this.accessLogs,
      guardians,
    });
    this.status = new StatusBucket(this, 'Status', { installation, accessLogs: this.accessLogs });
    this.tellNames();
    this.publishKeys(installation);
  }

  /** A key's id is random: programs and other stacks find it by the name of a parameter. */
  private publishKeys(installation: string): void {
    const { parameters } = namesOf(installation);
    const published = {
      BackupKeyParameter: [parameters.backupKeyArn, this.backupKey.key],
      ManifestSigningKeyParameter: [parameters.manifestSigningKeyArn, this.manifestSigningKey.key],
      EvidenceSigningKeyParameter: [parameters.evidenceSigningKeyArn, this.evidenceSigningKey.key],
    } as const;
    for (const [id, [parameterName, { keyArn: stringValue }]] of Object.entries(published))
      new StringParameter(this, id, { parameterName, stringValue });
  }

  private tellNames(): void {
    const outputs = {
      PostgresBucketName: this.postgresBackups.bucket.bucketName,
      StatusBucketName: this.status.bucket.bucketName,
      AccessLogBucketName: this.accessLogs.bucket.bucketName,
      BackupKeyArn: this.backupKey.key.keyArn,
      ManifestSigningKeyArn: this.manifestSigningKey.key.keyArn,
      EvidenceSigningKeyArn: this.evidenceSigningKey.key.keyArn,
    };
    for (const [id, value] of Object.entries(outputs)) new CfnOutput(this, id, { value });
  }
}
