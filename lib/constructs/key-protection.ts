/** Object Lock does not protect the key: who deletes it has deleted every object that it encrypts. */
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { denyToOthers, type Guardians } from './guardians';

/**
 * KMS refuses a key policy that its own maker could not change, so a wrong `deploymentRoleArn` fails at the first
 * deployment, before there is a bucket from which it could lock itself out.
 */
export function keyProtection({ deploymentRoleArn, breakGlassRoleArn }: Guardians): PolicyStatement[] {
  return [
    denyToOthers({
      sid: 'DenyDestructionOfTheKey',
      actions: ['kms:ScheduleKeyDeletion', 'kms:DisableKey'],
      resources: ['*'],
      exceptRoleArns: [breakGlassRoleArn],
    }),
    /** A replica in another region has a policy of its own: whoever makes one says who signs with the same key. */
    denyToOthers({
      sid: 'DenyChangeOfTheKeysProtection',
      actions: ['kms:PutKeyPolicy', 'kms:DisableKeyRotation', 'kms:ReplicateKey', 'kms:UpdatePrimaryRegion'],
      resources: ['*'],
      exceptRoleArns: [deploymentRoleArn, breakGlassRoleArn],
    }),
  ];
}
