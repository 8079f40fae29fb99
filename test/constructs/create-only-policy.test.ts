import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { defineSettings } from '../../lib/settings/settings';
import { StorageStack } from '../../lib/stacks/storage-stack';
import { cdkJsonContext, MINIMAL, policyStatement, storageTemplate } from '../support/synthesize';

const statement = (sid: string, changes = {}) =>
  policyStatement(storageTemplate(changes), 'PostgresBackupsBucketPolicy', sid);

const BREAK_GLASS = 'arn:aws:iam::111122223333:role/break-glass';
const DEPLOYMENT = 'arn:aws:iam::111122223333:role/pipeline';

test('an object is created only with If-None-Match; starting a multipart upload and its parts are exempt', () => {
  expect(statement('DenyOverwriting')).toMatchObject({
    Effect: 'Deny',
    Principal: { AWS: '*' },
    Action: 's3:PutObject',
    Condition: { Null: { 's3:if-none-match': 'true' }, Bool: { 's3:ObjectCreationOperation': 'true' } },
  });
});

test('nobody deletes an object, not even the deployment', () => {
  const denied = statement('DenyDestructionOfObjects', { deploymentRoleArn: DEPLOYMENT });
  expect(denied).toMatchObject({ Effect: 'Deny', Principal: { AWS: '*' } });
  expect(denied.Action).toEqual([
    's3:BypassGovernanceRetention',
    's3:DeleteObject',
    's3:DeleteObjectVersion',
    's3:ReplicateDelete',
    's3:ReplicateObject',
    's3:UpdateObjectEncryption',
  ]);
  expect(denied.Condition).toBeUndefined();
});

test('the break-glass role alone may delete objects and the bucket', () => {
  for (const sid of ['DenyDestructionOfObjects', 'DenyDeletionOfTheBucket'])
    expect(
      statement(sid, { breakGlassRoleArn: BREAK_GLASS, deploymentRoleArn: DEPLOYMENT }).Condition,
    ).toEqual({
      ArnNotLike: { 'aws:PrincipalArn': [BREAK_GLASS] },
    });
});

test.each([
  's3:DeleteBucketPolicy',
  's3:PutBucketObjectLockConfiguration',
  's3:PutBucketPolicy',
  's3:PutBucketPublicAccessBlock',
  's3:PutBucketVersioning',
  's3:PutEncryptionConfiguration',
  's3:PutLifecycleConfiguration',
  's3:PutReplicationConfiguration',
])('%s is denied to all but deployment and break-glass', (action) => {
  const denied = statement('DenyWeakeningOfTheBucket', {
    breakGlassRoleArn: BREAK_GLASS,
    deploymentRoleArn: DEPLOYMENT,
  });
  expect(denied.Action).toContain(action);
  expect(denied.Condition).toEqual({ ArnNotLike: { 'aws:PrincipalArn': [DEPLOYMENT, BREAK_GLASS] } });
});

test.each([
  's3:DeleteObjectTagging',
  's3:DeleteObjectVersionTagging',
  's3:PutObjectLegalHold',
  's3:PutObjectRetention',
  's3:PutObjectTagging',
  's3:PutObjectVersionTagging',
])('%s is denied to all but the keeper, by its exact name, and break-glass', (action) => {
  const denied = statement('DenyTagsAndLocks', { breakGlassRoleArn: BREAK_GLASS });
  expect(denied).toMatchObject({ Effect: 'Deny', Principal: { AWS: '*' } });
  expect(denied.Action).toContain(action);
  const [keeper, breakGlass, ...others] = denied.Condition!['ArnNotLike']!['aws:PrincipalArn'] as unknown[];
  expect(JSON.stringify(keeper)).toContain(
    ':iam::",{"Ref":"AWS::AccountId"},":role/test-keeper-",{"Ref":"AWS::Region"}]]}',
  );
  expect(JSON.stringify(keeper)).not.toContain('*');
  expect([breakGlass, ...others]).toEqual([BREAK_GLASS]);
});

test('by default the deployment role is the one that cdk bootstrap made, by its exact name', () => {
  const arns = statement('DenyWeakeningOfTheBucket').Condition?.['ArnNotLike']?.['aws:PrincipalArn'];
  const text = JSON.stringify(arns);
  expect(text).toContain(':role/cdk-hnb659fds-cfn-exec-role-');
  expect(text).not.toContain('*');
});

test('a bootstrap with a qualifier of its own is followed', () => {
  const context = { ...cdkJsonContext(), '@aws-cdk/core:bootstrapQualifier': 'ours' };
  const app = new App({ context, builtinCloudFormationValidation: false });
  const template = Template.fromStack(
    new StorageStack(app, 'test-storage', { settings: defineSettings(MINIMAL) }),
  );
  const denied = policyStatement(template, 'PostgresBackupsBucketPolicy', 'DenyWeakeningOfTheBucket');
  expect(JSON.stringify(denied.Condition)).toContain(':role/cdk-ours-cfn-exec-role-');
});

test('an upload may name no other encryption and no other key; one that names none is encrypted by default', () => {
  expect(statement('DenyOtherEncryption').Condition).toEqual({
    Null: { 's3:x-amz-server-side-encryption': 'false' },
    StringNotEquals: { 's3:x-amz-server-side-encryption': 'aws:kms' },
  });
  expect(statement('DenyOtherKeys').Condition).toMatchObject({
    Null: { 's3:x-amz-server-side-encryption-aws-kms-key-id': 'false' },
    StringNotEquals: {
      's3:x-amz-server-side-encryption-aws-kms-key-id': {
        'Fn::GetAtt': [expect.stringMatching(/^BackupKey/), 'Arn'],
      },
    },
  });
});

test('no lock is longer than the longest class and a day', () => {
  const databases = {
    ...MINIMAL.databases,
    web: { connection: 'elsewhere', keepDays: { daily: 14, yearly: 400 } },
  };
  expect(statement('DenyEndlessLocks', { databases })).toMatchObject({
    Action: 's3:PutObjectRetention',
    Condition: { NumericGreaterThan: { 's3:object-lock-remaining-retention-days': '401' } },
  });
});
