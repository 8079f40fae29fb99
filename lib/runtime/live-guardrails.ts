/** What protects a backup bucket at this moment, in the form in which the constructs tell what they synthesized. */
import { DescribeKeyCommand, GetKeyRotationStatusCommand, type KMSClient } from '@aws-sdk/client-kms';
import { Failure, messageOf } from '../contract/failure';
import {
  guardrail,
  lifecycleGuardrails,
  policyGuardrails,
  type Guardrails,
  type LifecycleRuleParts,
} from '../contract/guardrails';
import { awsError } from './aws-error';
import type { S3Api } from './s3-api';

export type BucketReader = Pick<
  S3Api,
  | 'url'
  | 'versioning'
  | 'lockConfiguration'
  | 'publicAccessBlock'
  | 'encryption'
  | 'lifecycle'
  | 'policy'
  | 'replication'
> &
  Pick<S3Api, 'explained'>;

type LifecycleRule = NonNullable<Awaited<ReturnType<S3Api['lifecycle']>>['Rules']>[number];
/** S3 still answers what the SDK calls deprecated. */
type RuleOfOld = Omit<LifecycleRule, 'Prefix'> & { readonly Prefix?: string | undefined };

/** What S3 answers where there is none of what was asked for. */
const ABSENT = [
  'ObjectLockConfigurationNotFoundError',
  'NoSuchPublicAccessBlockConfiguration',
  'ServerSideEncryptionConfigurationNotFoundError',
  'NoSuchLifecycleConfiguration',
  'NoSuchBucketPolicy',
  'ReplicationConfigurationNotFoundError',
];

/** What is absent is left out. @throws Failure `store-failed` where something could not be read */
export async function liveGuardrails(
  bucket: BucketReader,
  kms: KMSClient,
  keyArn: string,
): Promise<Guardrails> {
  const parts = await Promise.all([
    settingGuardrails(bucket),
    present(bucket, bucket.lifecycle()).then((answer) =>
      lifecycleGuardrails((answer?.Rules ?? []).map(partsOf)),
    ),
    present(bucket, bucket.policy()).then((answer) => policyOf(bucket.url, answer?.Policy)),
    present(bucket, bucket.replication()).then((answer) => replicationOf(answer?.ReplicationConfiguration)),
    keyGuardrails(kms, keyArn),
  ]);
  return Object.assign({}, ...parts) as Guardrails;
}

async function settingGuardrails(bucket: BucketReader): Promise<Guardrails> {
  const [versioning, lock, access, encryption] = await Promise.all([
    present(bucket, bucket.versioning()),
    present(bucket, bucket.lockConfiguration()),
    present(bucket, bucket.publicAccessBlock()),
    present(bucket, bucket.encryption()),
  ]);
  const retention = lock?.ObjectLockConfiguration?.Rule?.DefaultRetention;
  const block = access?.PublicAccessBlockConfiguration;
  const [byDefault] = encryption?.ServerSideEncryptionConfiguration?.Rules ?? [];
  const kind = byDefault?.ApplyServerSideEncryptionByDefault;
  return {
    ...(versioning?.Status && { versioning: versioning.Status }),
    ...(retention && {
      'default lock': guardrail({
        mode: retention.Mode,
        days: retention.Days,
        years: retention.Years || undefined,
      }),
    }),
    ...(block && {
      'public access block': guardrail({
        blockPublicAcls: block.BlockPublicAcls,
        blockPublicPolicy: block.BlockPublicPolicy,
        ignorePublicAcls: block.IgnorePublicAcls,
        restrictPublicBuckets: block.RestrictPublicBuckets,
      }),
    }),
    ...(kind && {
      encryption: guardrail({
        algorithm: kind.SSEAlgorithm,
        key: kind.KMSMasterKeyID,
        bucketKey: byDefault.BucketKeyEnabled,
      }),
    }),
  };
}

/** The filter has one condition, or several under `And`; rules of old have a prefix beside it. */
function partsOf({ ID = '', Status, Filter = {}, Prefix, ...actions }: RuleOfOld): LifecycleRuleParts {
  const { And, Prefix: prefix = Prefix ?? '', Tag, ...sizes } = Filter;
  const { Prefix: prefixOfMany = prefix, Tags = Tag === undefined ? [] : [Tag], ...sizesOfMany } = And ?? {};
  return {
    id: ID,
    enabled: Status === 'Enabled',
    prefix: prefixOfMany,
    tags: Tags.map(({ Key = '', Value = '' }) => ({ key: Key, value: Value })),
    actions: { ...actions, ...sizes, ...sizesOfMany },
  };
}

function policyOf(url: string, text: string | undefined): Guardrails {
  if (text === undefined) return {};
  try {
    return policyGuardrails(JSON.parse(text));
  } catch (error) {
    throw new Failure('store-failed', `The policy of ${url} cannot be read: ${messageOf(error)}`);
  }
}

/** Where copies go: somebody else's bucket among them would be a theft. */
function replicationOf(configuration: unknown): Guardrails {
  return configuration === undefined ? {} : { replication: guardrail(configuration) };
}

/** A key that waits for its deletion takes every object with it. */
async function keyGuardrails(kms: KMSClient, KeyId: string): Promise<Guardrails> {
  const reads = [
    kms.send(new DescribeKeyCommand({ KeyId })),
    kms.send(new GetKeyRotationStatusCommand({ KeyId })),
  ] as const;
  const [described, rotating] = await Promise.all(reads).catch((error: unknown) => {
    throw new Failure('store-failed', `The key ${KeyId}: ${awsError(error).text}`, {
      hint: 'The role needs kms:DescribeKey and kms:GetKeyRotationStatus on the key.',
      cause: error,
    });
  });
  return {
    'backup key': guardrail({
      state: described.KeyMetadata?.KeyState,
      rotation: rotating.KeyRotationEnabled,
    }),
  };
}

async function present<T>(bucket: BucketReader, answering: Promise<T>): Promise<T | undefined> {
  try {
    return await answering;
  } catch (error) {
    if (ABSENT.includes(awsError(error).code)) return undefined;
    return bucket.explained('guardrails', '', Promise.reject(error as Error));
  }
}
