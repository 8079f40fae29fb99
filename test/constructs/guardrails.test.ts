/** Guardrails are what the storage stack synthesizes, in a form that can be compared with a live bucket. */
import { Token } from 'aws-cdk-lib';
import { AnyPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { guardrailsOf } from '../../lib/constructs/guardrails';
import { filledIn, type Guardrails } from '../../lib/contract/guardrails';
import type { SettingsInput } from '../../lib/settings/schema';
import { defineSettings } from '../../lib/settings/settings';
import { StorageStack } from '../../lib/stacks/storage-stack';
import { MINIMAL, newApp } from '../support/synthesize';

const DEPLOYED = { bucketName: 'b', keyArn: 'arn:aws:kms:eu-central-1:123456789012:key/0f1e' };

function storage(changes: Partial<SettingsInput> = {}): StorageStack {
  const settings = defineSettings({ ...MINIMAL, ...changes });
  return new StorageStack(newApp(), 'test-storage', { settings });
}

function guardrails({ postgresBackups, backupKey } = storage()): Guardrails {
  return filledIn(guardrailsOf(postgresBackups, backupKey), DEPLOYED);
}

test('every protection of the bucket and its key is among them, and nothing is left open', () => {
  const found = guardrails();
  expect(Object.keys(found).sort()).toEqual([
    'backup key',
    'default lock',
    'encryption',
    'lifecycle rule abort-incomplete-uploads',
    'lifecycle rule expire-daily-shop',
    'lifecycle rule remove-expired-delete-markers',
    'policy statement Deny s3:* where aws:SecureTransport',
    'policy statement Deny s3:* where s3:TlsVersion',
    'policy statement DenyDeletionOfTheBucket',
    'policy statement DenyDestructionOfObjects',
    'policy statement DenyEndlessLocks',
    'policy statement DenyOtherEncryption',
    'policy statement DenyOtherKeys',
    'policy statement DenyOverwriting',
    'policy statement DenyTagsAndLocks',
    'policy statement DenyWeakeningOfTheBucket',
    'public access block',
    'versioning',
  ]);
  expect(JSON.stringify(found)).not.toContain('${');
});

test('before they are filled in they hold no tokens, with account and region in the settings or without', () => {
  for (const stack of [storage(), storage({ account: '111122223333', region: 'eu-central-1' })])
    expect(Token.isUnresolved(JSON.stringify(guardrailsOf(stack.postgresBackups, stack.backupKey)))).toBe(
      false,
    );
});

test('names of the deployment stand where the template leaves them open', () => {
  expect(guardrails()).toMatchObject({
    encryption: { algorithm: 'aws:kms', key: DEPLOYED.keyArn, bucketKey: true },
    'policy statement DenyDestructionOfObjects': { Effect: 'Deny', Resource: ['arn:aws:s3:::b/*'] },
    'policy statement DenyWeakeningOfTheBucket': {
      Condition: {
        ArnNotLike: {
          'aws:PrincipalArn': [
            'arn:aws:iam::123456789012:role/cdk-hnb659fds-cfn-exec-role-123456789012-eu-central-1',
          ],
        },
      },
    },
  });
});

test('they follow the settings', () => {
  const stack = storage({
    lock: { mode: 'compliance', days: 3 },
    breakGlassRoleArn: 'arn:aws:iam::123456789012:role/break-glass',
    databases: {
      shop: {
        connection: 'elsewhere',
        keepDays: { weekly: 200 },
        storage: { weekly: { class: 'GLACIER', afterDays: 31 } },
      },
    },
  });
  expect(guardrails(stack)).toMatchObject({
    'default lock': { mode: 'COMPLIANCE', days: 3 },
    'lifecycle rule expire-weekly-shop': {
      enabled: true,
      prefix: 'points/weekly/postgres/shop/',
      tags: ['expire=yes'],
      Expiration: { Days: 200 },
      NoncurrentVersionExpiration: { NoncurrentDays: 1 },
      Transitions: [{ Days: 31, StorageClass: 'GLACIER' }],
    },
    'policy statement DenyDeletionOfTheBucket': {
      Condition: {
        ArnNotLike: { 'aws:PrincipalArn': ['arn:aws:iam::123456789012:role/break-glass'] },
      },
    },
  });
});

test('what could not be compared later is refused at synth', () => {
  const stack = storage();
  stack.postgresBackups.bucket.addToResourcePolicy(
    new PolicyStatement({
      principals: [new AnyPrincipal()],
      actions: ['s3:GetObject'],
      resources: [stack.status.bucket.bucketArn],
    }),
  );
  expect(() => guardrails(stack)).toThrow('could not compare');
});
