/** What protects a backup bucket, as it is synthesized: the monitor compares it with what is live. */
import { Stack } from 'aws-cdk-lib';
import type { CfnKey } from 'aws-cdk-lib/aws-kms';
import type { CfnBucket } from 'aws-cdk-lib/aws-s3';
import canonicalize from 'canonicalize';
import {
  guardrail,
  lifecycleGuardrails,
  policyGuardrails,
  type Guardrails,
  type LifecycleRuleParts,
} from '../contract/guardrails';
import type { BackupBucket } from './backup-bucket';
import type { BackupKey } from './backup-key';

/**
 * Read from the constructs themselves, so that nothing is written twice. Holds no tokens: what only a deployment knows
 * stands as `${…}`, see filledIn of lib/contract/guardrails.ts.
 */
export function guardrailsOf({ bucket }: BackupBucket, { key }: BackupKey): Guardrails {
  const stack = Stack.of(bucket);
  const deployed = new Map([
    [canonicalize(stack.resolve(bucket.bucketArn)), '${BucketArn}'],
    [canonicalize(stack.resolve(key.keyArn)), '${KeyArn}'],
  ]);
  const plain = <T>(value: T): T => withoutIntrinsics(stack.resolve(value), deployed) as T;
  const cfn = bucket.node.defaultChild as CfnBucket;
  return {
    ...settingGuardrails(plain, cfn),
    ...lifecycleGuardrails(lifecycleRulesOf(plain(cfn.lifecycleConfiguration))),
    ...policyGuardrails(plain(bucket.policy?.document.toJSON())),
    'backup key': guardrail({
      state: 'Enabled',
      rotation: (key.node.defaultChild as CfnKey).enableKeyRotation,
    }),
  };
}

function settingGuardrails(plain: <T>(value: T) => T, cfn: CfnBucket): Guardrails {
  const lock = plain(cfn.objectLockConfiguration) as CfnBucket.ObjectLockConfigurationProperty;
  const rule = lock.rule as CfnBucket.ObjectLockRuleProperty;
  const retention = rule.defaultRetention as CfnBucket.DefaultRetentionProperty;
  const access = plain(
    cfn.publicAccessBlockConfiguration,
  ) as CfnBucket.PublicAccessBlockConfigurationProperty;
  const versioning = plain(cfn.versioningConfiguration) as CfnBucket.VersioningConfigurationProperty;
  const encryption = plain(cfn.bucketEncryption) as CfnBucket.BucketEncryptionProperty;
  const [byDefault] =
    encryption.serverSideEncryptionConfiguration as CfnBucket.ServerSideEncryptionRuleProperty[];
  const kind = byDefault?.serverSideEncryptionByDefault as CfnBucket.ServerSideEncryptionByDefaultProperty;
  return {
    versioning: guardrail(versioning.status),
    'default lock': guardrail({ mode: retention.mode, days: retention.days }),
    'public access block': guardrail({
      blockPublicAcls: access.blockPublicAcls,
      blockPublicPolicy: access.blockPublicPolicy,
      ignorePublicAcls: access.ignorePublicAcls,
      restrictPublicBuckets: access.restrictPublicBuckets,
    }),
    encryption: guardrail({
      algorithm: kind.sseAlgorithm,
      key: kind.kmsMasterKeyId,
      bucketKey: byDefault?.bucketKeyEnabled,
    }),
  };
}

function lifecycleRulesOf(configuration: CfnBucket['lifecycleConfiguration']): LifecycleRuleParts[] {
  const { rules } = configuration as CfnBucket.LifecycleConfigurationProperty;
  return (rules as CfnBucket.RuleProperty[]).map((rule) => ({
    id: rule.id ?? '',
    enabled: rule.status === 'Enabled',
    prefix: rule.prefix ?? '',
    tags: (rule.tagFilters ?? []) as CfnBucket.TagFilterProperty[],
    actions: actionsOf(rule),
  }));
}

/** CloudFormation's fields of a rule as S3's API names them. */
function actionsOf(rule: CfnBucket.RuleProperty): LifecycleRuleParts['actions'] {
  const noncurrent = rule.noncurrentVersionExpiration as
    CfnBucket.NoncurrentVersionExpirationProperty | undefined;
  const uploads = rule.abortIncompleteMultipartUpload as
    CfnBucket.AbortIncompleteMultipartUploadProperty | undefined;
  const transitions = (rule.transitions ?? []) as CfnBucket.TransitionProperty[];
  return {
    Expiration: { Days: rule.expirationInDays, ExpiredObjectDeleteMarker: rule.expiredObjectDeleteMarker },
    NoncurrentVersionExpiration: noncurrent && { NoncurrentDays: noncurrent.noncurrentDays },
    AbortIncompleteMultipartUpload: uploads && { DaysAfterInitiation: uploads.daysAfterInitiation },
    Transitions: transitions.map(({ transitionInDays, storageClass }) => ({
      Days: transitionInDays,
      StorageClass: storageClass,
    })),
  };
}

/** @throws Error for an intrinsic function that the monitor could not fill in */
function withoutIntrinsics(value: unknown, deployed: ReadonlyMap<string | undefined, string>): unknown {
  const within = (part: unknown) => withoutIntrinsics(part, deployed);
  if (Array.isArray(value)) return value.map(within);
  if (typeof value !== 'object' || value === null) return value;
  const name = deployed.get(canonicalize(value));
  if (name !== undefined) return name;
  const { Ref: ref, 'Fn::Join': join } = value as { Ref?: unknown; 'Fn::Join'?: [string, unknown[]] };
  if (typeof ref === 'string' && ref.startsWith('AWS::')) return `\${${ref}}`;
  if (join !== undefined) return join[1].map(within).join(join[0]);
  const [intrinsic] = Object.keys(value).filter((key) => key === 'Ref' || key.startsWith('Fn::'));
  if (intrinsic !== undefined)
    throw new Error(`A guardrail has ${JSON.stringify(value)}, which the monitor could not compare.`);
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, within(part)]));
}
