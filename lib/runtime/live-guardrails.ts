/** What protects a backup bucket at this moment, in the form in which the constructs tell what they synthesized. */
import { DescribeKeyCommand, GetKeyRotationStatusCommand, type KMSClient } from '@aws-sdk/client-kms';
import { Failure, messageOf } from '../contract/failure';
import {
  ACCESS_DENIED,
  guardrail,
  lifecycleGuardrails,
  policyGuardrails,
  type Guardrails,
  type LifecycleRuleParts,
} from '../contract/guardrails';
import { awsError, isAccessDenied } from './aws-error';
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

/**
 * What is absent is left out; what must not be read is ACCESS_DENIED.
 * @param keyArn undefined where no key of the account's own encrypts
 * @throws Failure `store-failed` where something could not be read for another reason
 */
export async function liveGuardrails(
  bucket: BucketReader,
  kms: KMSClient,
  keyArn: string | undefined,
): Promise<Guardrails> {
  const parts = await Promise.all([
    settingGuardrails(bucket),
    readOf(bucket, 'lifecycle rule', bucket.lifecycle(), ({ Rules = [] }) =>
      lifecycleGuardrails(Rules.map(partsOf)),
    ),
    readOf(bucket, 'policy statement', bucket.policy(), ({ Policy }) => policyOf(bucket.url, Policy)),
    /** Where copies go: somebody else's bucket among them would be a theft. */
    readOf(bucket, 'replication', bucket.replication(), (answer) =>
      one('replication', answer.ReplicationConfiguration),
    ),
    keyArn === undefined ? {} : keyGuardrails(kms, keyArn),
  ]);
  return Object.assign({}, ...parts) as Guardrails;
}

async function settingGuardrails(bucket: BucketReader): Promise<Guardrails> {
  const parts = await Promise.all([
    readOf(bucket, 'versioning', bucket.versioning(), ({ Status }) => one('versioning', Status)),
    readOf(bucket, 'default lock', bucket.lockConfiguration(), ({ ObjectLockConfiguration: lock }) => {
      const { Mode: mode, Days: days, Years: years } = lock?.Rule?.DefaultRetention ?? {};
      return one('default lock', mode && { mode, days, years: years || undefined });
    }),
    readOf(bucket, 'public access block', bucket.publicAccessBlock(), (answer) => {
      const block = answer.PublicAccessBlockConfiguration;
      return one(
        'public access block',
        block && {
          blockPublicAcls: block.BlockPublicAcls,
          blockPublicPolicy: block.BlockPublicPolicy,
          ignorePublicAcls: block.IgnorePublicAcls,
          restrictPublicBuckets: block.RestrictPublicBuckets,
        },
      );
    }),
    readOf(bucket, 'encryption', bucket.encryption(), (answer) => {
      const [rule] = answer.ServerSideEncryptionConfiguration?.Rules ?? [];
      const kind = rule?.ApplyServerSideEncryptionByDefault;
      return one(
        'encryption',
        kind && { algorithm: kind.SSEAlgorithm, key: kind.KMSMasterKeyID, bucketKey: rule.BucketKeyEnabled },
      );
    }),
  ]);
  return Object.assign({}, ...parts) as Guardrails;
}

function one(name: string, value: unknown): Guardrails {
  return value ? { [name]: guardrail(value) } : {};
}

/** @param kind what the names of its guardrails begin with */
async function readOf<T>(
  bucket: BucketReader,
  kind: string,
  answering: Promise<T>,
  guardrailsIn: (answer: T) => Guardrails,
): Promise<Guardrails> {
  return answering.then(guardrailsIn, (error: unknown) => {
    const { code } = awsError(error);
    if (ABSENT.includes(code)) return {};
    if (isAccessDenied(error)) return { [kind]: ACCESS_DENIED };
    return bucket.explained('guardrails', '', Promise.reject(error as Error));
  });
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

/** A key that waits for its deletion takes every object with it. */
async function keyGuardrails(kms: KMSClient, KeyId: string): Promise<Guardrails> {
  try {
    const [described, rotating] = await Promise.all([
      kms.send(new DescribeKeyCommand({ KeyId })),
      kms.send(new GetKeyRotationStatusCommand({ KeyId })),
    ]);
    return one('backup key', {
      state: described.KeyMetadata?.KeyState,
      rotation: rotating.KeyRotationEnabled,
    });
  } catch (error) {
    if (isAccessDenied(error)) return { 'backup key': ACCESS_DENIED };
    throw new Failure('store-failed', `The key ${KeyId}: ${awsError(error).text}`, { cause: error });
  }
}
