import { Match, Template } from 'aws-cdk-lib/assertions';
import { BackupKey } from '../../lib/constructs/backup-key';
import type { Guardians } from '../../lib/constructs/guardians';
import { SigningKey } from '../../lib/constructs/signing-key';
import { newStack } from '../support/synthesize';

const DEPLOYMENT = 'arn:aws:iam::111122223333:role/pipeline';
const BREAK_GLASS = 'arn:aws:iam::111122223333:role/break-glass';

function keyTemplate(kind: 'backup' | 'signing', guardians: Guardians): Template {
  const stack = newStack();
  const props = { aliasName: 'test/key', signs: 'tests', guardians };
  if (kind === 'backup') new BackupKey(stack, 'Key', props);
  else new SigningKey(stack, 'Key', props);
  return Template.fromStack(stack);
}

describe.each(['backup', 'signing'] as const)('the %s key', (kind) => {
  test('outlives its stack, and its deletion takes the longest time', () => {
    keyTemplate(kind, { deploymentRoleArn: DEPLOYMENT }).hasResource('AWS::KMS::Key', {
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: { PendingWindowInDays: 30 },
    });
  });

  test('is deleted or disabled by nobody, where no break-glass role is named', () => {
    keyTemplate(kind, { deploymentRoleArn: DEPLOYMENT }).hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: {
        Statement: Match.arrayWith([
          {
            Sid: 'DenyDestructionOfTheKey',
            Effect: 'Deny',
            Principal: { AWS: '*' },
            Action: ['kms:DisableKey', 'kms:ScheduleKeyDeletion'],
            Resource: '*',
          },
        ]),
      },
    });
  });

  test('is deleted by the break-glass role alone; its policy is changed by that and the deployment', () => {
    const guardians = { deploymentRoleArn: DEPLOYMENT, breakGlassRoleArn: BREAK_GLASS };
    const exempt = (...arns: string[]) => ({ ArnNotLike: { 'aws:PrincipalArn': arns } });
    keyTemplate(kind, guardians).hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: {
        Statement: Match.arrayWith([
          Match.objectLike({ Sid: 'DenyDestructionOfTheKey', Condition: exempt(BREAK_GLASS) }),
          Match.objectLike({
            Sid: 'DenyChangeOfTheKeysProtection',
            Action: [
              'kms:DisableKeyRotation',
              'kms:PutKeyPolicy',
              'kms:ReplicateKey',
              'kms:UpdatePrimaryRegion',
            ],
            Condition: exempt(DEPLOYMENT, BREAK_GLASS),
          }),
        ]),
      },
    });
  });
});

test('the backup key rotates', () => {
  keyTemplate('backup', { deploymentRoleArn: DEPLOYMENT }).hasResourceProperties('AWS::KMS::Key', {
    EnableKeyRotation: true,
  });
});

test('a signing key signs with P-256 in every region', () => {
  keyTemplate('signing', { deploymentRoleArn: DEPLOYMENT }).hasResourceProperties('AWS::KMS::Key', {
    KeySpec: 'ECC_NIST_P256',
    KeyUsage: 'SIGN_VERIFY',
    MultiRegion: true,
  });
});
