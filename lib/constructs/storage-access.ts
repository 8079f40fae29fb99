/**
 * The storage of an installation as its programs see it from other stacks, and what each of them may do there: the
 * table of roles in docs/security.md. Buckets are found by their deterministic names, keys by SSM parameters of the
 * storage stack, so no stack holds another one by an export.
 */
import { Aws, Stack } from 'aws-cdk-lib';
import { PolicyStatement, type Conditions, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import { auditPrefix } from '../contract/audit-event';
import { SIGNATURE_ALGORITHM } from '../contract/envelope';
import { evidencePrefix } from '../contract/evidence';
import { EXPIRY_TAG } from '../contract/expiry-tag';
import { namesOf } from '../contract/names';
import {
  classPrefix,
  exportsPrefix,
  manifestPrefix,
  PREFIXES,
  RETENTION_CLASSES,
  type RetentionClass,
} from '../contract/object-keys';
import { bucketName } from './private-bucket';

/** Tells of an object how it is protected, without a byte of it. */
const READ_PROTECTION = ['s3:GetObjectRetention', 's3:GetObjectLegalHold', 's3:GetObjectVersionTagging'];

export class StorageAccess {
  readonly bucketName: string;
  readonly bucketArn: string;
  readonly statusBucketName: string;
  readonly statusBucketArn: string;

  /** @param scope in the stack from which the storage is seen */
  constructor(
    private readonly scope: Construct,
    private readonly installation: string,
  ) {
    this.bucketName = bucketName(scope, installation, 'postgres');
    this.bucketArn = `arn:${Aws.PARTITION}:s3:::${this.bucketName}`;
    this.statusBucketName = bucketName(scope, installation, 'status');
    this.statusBucketArn = `arn:${Aws.PARTITION}:s3:::${this.statusBucketName}`;
  }

  get backupKeyArn(): string {
    return this.parameter('backupKeyArn');
  }

  get manifestSigningKeyArn(): string {
    return this.parameter('manifestSigningKeyArn');
  }

  get evidenceSigningKeyArn(): string {
    return this.parameter('evidenceSigningKeyArn');
  }

  /** As programs name the store: `s3://bucket`. */
  get storeUrl(): string {
    return `s3://${this.bucketName}`;
  }

  /** Recovery points, exports and history of one database, new ones only; and no reading back but of its manifests. */
  grantBackup(grantee: IGrantable, database: string, classes: readonly RetentionClass[]): void {
    this.grantCreate(grantee, [
      ...classes.map((retentionClass) => classPrefix(retentionClass, 'postgres', database)),
      manifestPrefix(database),
      exportsPrefix(database),
      auditPrefix('backup', database),
    ]);
    this.grantReadOwnManifests(grantee, database);
    this.grantSign(grantee, this.manifestSigningKeyArn);
    this.allow(grantee, ['kms:GetPublicKey'], [this.manifestSigningKeyArn]);
  }

  /**
   * Recovery points of one database, of every class that there may be; and new evidence of them, signed with the key of
   * evidence alone. It thaws nothing, and writes no point and no manifest.
   */
  grantDrill(grantee: IGrantable, database: string): void {
    this.grantRead(grantee, [
      ...RETENTION_CLASSES.map((retentionClass) => classPrefix(retentionClass, 'postgres', database)),
      manifestPrefix(database),
    ]);
    this.grantCreate(grantee, [evidencePrefix(database), auditPrefix('drill', database)]);
    this.grantSign(grantee, this.evidenceSigningKeyArn);
    this.grantReadPublicKeys(grantee);
  }

  /**
   * New objects below prefixes of lib/contract/object-keys.ts, and nothing else: CDK's own grantPut would add tags,
   * holds and retention. A multipart upload needs kms:Decrypt, but only S3 may use it, and only for this bucket.
   */
  grantCreate(grantee: IGrantable, prefixes: readonly string[]): void {
    this.allow(grantee, ['s3:PutObject', 's3:AbortMultipartUpload'], this.objects(prefixes));
    this.allowKey(grantee, ['kms:GenerateDataKey', 'kms:Decrypt']);
  }

  /** The manifests of one database: the next one names the newest, and says which classes are due. */
  grantReadOwnManifests(grantee: IGrantable, database: string): void {
    this.grantRead(grantee, [manifestPrefix(database)]);
  }

  /** Everything that was stored, by version; thaws what lies in Glacier. Writes only its own history. */
  grantRestore(grantee: IGrantable): void {
    this.grantRead(grantee, [PREFIXES.points, PREFIXES.manifests, PREFIXES.exports, PREFIXES.evidence]);
    this.allow(grantee, [...READ_PROTECTION, 's3:RestoreObject'], this.objects([PREFIXES.points]));
    this.grantCreate(grantee, [auditPrefix('restore')]);
    this.grantReadPublicKeys(grantee);
  }

  /**
   * All that tells how backups are, and the pages that say so. Points are listed, and their locks, holds and tags read,
   * but never they themselves: HeadObject would need s3:GetObjectVersion, which together with the key reads bytes.
   */
  grantMonitor(grantee: IGrantable): void {
    this.grantRead(grantee, [PREFIXES.manifests, PREFIXES.evidence, PREFIXES.audit]);
    this.grantList(grantee, [PREFIXES.points]);
    this.allow(grantee, READ_PROTECTION, this.objects(Object.values(PREFIXES)));
    this.grantReadPublicKeys(grantee);
    const pages = [`${this.statusBucketArn}/*`];
    this.allow(grantee, ['s3:PutObject', 's3:GetObject', 's3:GetObjectVersion'], pages);
    this.allow(grantee, ['s3:ListBucket', 's3:ListBucketVersions'], [this.statusBucketArn]);
  }

  /**
   * Locks, holds and tags what a signed manifest or evidence speaks of. It shortens nothing, because that would take
   * s3:BypassGovernanceRetention, and sets no other tag than the one of expiry.
   */
  grantKeep(grantee: IGrantable): void {
    const { points, manifests, evidence } = PREFIXES;
    const kept = this.objects([points, manifests, evidence]);
    this.grantRead(grantee, [manifests, evidence]);
    this.grantList(grantee, [points]);
    this.allow(grantee, [...READ_PROTECTION, 's3:PutObjectRetention', 's3:PutObjectLegalHold'], kept);
    this.allow(grantee, ['s3:PutObjectVersionTagging'], this.objects([points]), {
      StringEquals: { [`s3:RequestObjectTag/${EXPIRY_TAG.key}`]: EXPIRY_TAG.value },
      'ForAllValues:StringEquals': { 's3:RequestObjectTagKeys': [EXPIRY_TAG.key] },
    });
    this.grantCreate(grantee, [auditPrefix('keeper')]);
    this.allow(grantee, ['kms:GetPublicKey'], this.signingKeys());
  }

  /** The public halves of both signing keys. */
  grantReadPublicKeys(grantee: IGrantable): void {
    this.allow(grantee, ['kms:GetPublicKey'], this.signingKeys());
  }

  /** In the one algorithm of our documents. */
  private grantSign(grantee: IGrantable, keyArn: string): void {
    this.allow(grantee, ['kms:Sign'], [keyArn], {
      StringEquals: { 'kms:SigningAlgorithm': SIGNATURE_ALGORITHM },
    });
  }

  /** By version, so that a delete marker hides nothing. */
  private grantRead(grantee: IGrantable, prefixes: readonly string[]): void {
    this.grantList(grantee, prefixes);
    this.allow(grantee, ['s3:GetObjectVersion'], this.objects(prefixes));
    this.allowKey(grantee, ['kms:Decrypt']);
  }

  private grantList(grantee: IGrantable, prefixes: readonly string[]): void {
    this.allow(grantee, ['s3:ListBucketVersions'], [this.bucketArn], {
      StringLike: { 's3:prefix': prefixes.map((prefix) => `${prefix}*`) },
    });
  }

  /**
   * Through S3 only, and only for this bucket. With a bucket key the context is the bucket whatever the object, so which
   * objects are meant is said by the statements about S3; an object that was put without one has its own
   * (docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html).
   */
  private allowKey(grantee: IGrantable, actions: readonly string[]): void {
    this.allow(grantee, actions, [this.backupKeyArn], {
      StringEquals: { 'kms:ViaService': `s3.${Stack.of(this.scope).region}.amazonaws.com` },
      StringLike: { 'kms:EncryptionContext:aws:s3:arn': [this.bucketArn, `${this.bucketArn}/*`] },
    });
  }

  private allow(
    grantee: IGrantable,
    actions: readonly string[],
    resources: readonly string[],
    conditions: Conditions = {},
  ): void {
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({ actions: [...actions], resources: [...resources], conditions }),
    );
  }

  /** Resolved at each deployment; one template parameter per stack, and only where it is used. */
  private parameter(name: 'backupKeyArn' | 'manifestSigningKeyArn' | 'evidenceSigningKeyArn'): string {
    return StringParameter.valueForStringParameter(this.scope, namesOf(this.installation).parameters[name]);
  }

  private objects(prefixes: readonly string[]): string[] {
    return prefixes.map((prefix) => `${this.bucketArn}/${prefix}*`);
  }

  private signingKeys(): string[] {
    return [this.manifestSigningKeyArn, this.evidenceSigningKeyArn];
  }
}
