import { Match } from 'aws-cdk-lib/assertions';
import { storageTemplate } from '../support/synthesize';

const template = storageTemplate();

function bucketOf(content: string, from = template) {
  const found = from.findResources('AWS::S3::Bucket', {
    Properties: { Tags: Match.arrayWith([{ Key: 'backstop:content', Value: content }]) },
  });
  const [id, ...others] = Object.keys(found);
  if (id === undefined || others.length > 0) throw new Error(`not one bucket of ${content}`);
  return { id, resource: found[id]! };
}

describe.each(['recovery-points', 'status', 'access-logs'])('the bucket of %s', (content) => {
  const { id, resource } = bucketOf(content);

  test('is private, and its owner owns every object', () => {
    expect(resource['Properties']).toMatchObject({
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
    });
  });

  test('is versioned and outlives its stack', () => {
    expect(resource).toMatchObject({
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
      Properties: { VersioningConfiguration: { Status: 'Enabled' } },
    });
  });

  test('keeps its policy when its stack is deleted', () => {
    template.hasResource('AWS::S3::BucketPolicy', {
      Properties: { Bucket: { Ref: id } },
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
    });
  });

  test('takes no object that is encrypted with a key only the client knows', () => {
    const [rule] = resource['Properties'].BucketEncryption.ServerSideEncryptionConfiguration;
    expect(rule.BlockedEncryptionTypes).toEqual({ EncryptionType: ['SSE-C'] });
  });

  test('answers to TLS 1.2 and later only', () => {
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      Bucket: { Ref: id },
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: 'Deny',
            Principal: { AWS: '*' },
            Action: 's3:*',
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          }),
          Match.objectLike({
            Effect: 'Deny',
            Principal: { AWS: '*' },
            Action: 's3:*',
            Condition: { NumericLessThan: { 's3:TlsVersion': 1.2 } },
          }),
        ]),
      },
    });
  });

  test('carries account and region in a name that no deployment changes', () => {
    expect(JSON.stringify(resource['Properties'].BucketName)).toMatch(
      /"test-(postgres|status|access-logs)-",\{"Ref":"AWS::AccountId"\},"-",\{"Ref":"AWS::Region"\}/,
    );
  });
});

test.each(['governance', 'compliance'] as const)('a recovery point is born locked in %s mode', (mode) => {
  const { resource } = bucketOf('recovery-points', storageTemplate({ lock: { mode, days: 5 } }));
  expect(resource['Properties']).toMatchObject({
    ObjectLockEnabled: true,
    ObjectLockConfiguration: {
      ObjectLockEnabled: 'Enabled',
      Rule: { DefaultRetention: { Mode: mode.toUpperCase(), Days: 5 } },
    },
  });
});

test('recovery points are encrypted with the key of the installation, through a bucket key', () => {
  const [rule] =
    bucketOf('recovery-points').resource['Properties'].BucketEncryption.ServerSideEncryptionConfiguration;
  expect(rule).toMatchObject({
    BucketKeyEnabled: true,
    ServerSideEncryptionByDefault: {
      SSEAlgorithm: 'aws:kms',
      KMSMasterKeyID: { 'Fn::GetAtt': [expect.stringMatching(/^BackupKey/), 'Arn'] },
    },
  });
});

test.each(['recovery-points', 'status'])('S3 logs each access to the bucket of %s', (content) => {
  const logs = bucketOf('access-logs').id;
  expect(bucketOf(content).resource['Properties'].LoggingConfiguration.DestinationBucketName).toEqual({
    Ref: logs,
  });
});

test('S3 can deliver its logs: into a bucket without lock and without a KMS key', () => {
  const { Properties } = bucketOf('access-logs').resource;
  expect(Properties.ObjectLockEnabled).toBeUndefined();
  const [rule] = Properties.BucketEncryption.ServerSideEncryptionConfiguration;
  expect(rule.ServerSideEncryptionByDefault).toEqual({ SSEAlgorithm: 'AES256' });
});

test('status pages can be overwritten: their bucket has no lock, and old versions go', () => {
  const { Properties } = bucketOf('status').resource;
  expect(Properties.ObjectLockEnabled).toBeUndefined();
  expect(Properties.LifecycleConfiguration.Rules).toMatchObject([
    { NoncurrentVersionExpiration: { NoncurrentDays: 30 } },
  ]);
});
