import recommendedFlags from 'aws-cdk-lib/recommended-feature-flags.json';
import { Template } from 'aws-cdk-lib/assertions';
import example from '../../examples/minimal';
import { namesOf } from '../../lib/contract/names';
import { defineSettings } from '../../lib/settings/settings';
import { addStacks, composeStacks } from '../../lib/stacks/add-stacks';
import { StorageStack } from '../../lib/stacks/storage-stack';
import { cdkJsonContext, MINIMAL, newApp, storageTemplate } from '../support/synthesize';

test('cdk.json has every recommended feature flag, but strong references between stacks', () => {
  expect(cdkJsonContext()).toEqual({
    ...recommendedFlags,
    '@aws-cdk/core:defaultCrossStackReferences': 'strong',
  });
});

test('the whole app passes the validation of CDK and our guard rules', () => {
  const app = newApp(true);
  addStacks(app, example);
  expect(app.synth().stacks.map(({ stackName }) => stackName)).toEqual([
    'backstop-storage',
    'backstop-compute',
    'backstop-databases-1',
  ]);
});

test('the stack cannot be deleted by accident', () => {
  expect(
    new StorageStack(newApp(), 'test-storage', { settings: defineSettings(MINIMAL) }).terminationProtection,
  ).toBe(true);
});

test('without account and region in the settings the template names none', () => {
  const app = newApp();
  composeStacks(app, defineSettings(MINIMAL));
  expect(app.synth().getStackByName('test-storage').environment.name).toBe(
    'aws://unknown-account/unknown-region',
  );
});

test('account and region of the settings bind the stack', () => {
  const app = newApp();
  composeStacks(app, defineSettings({ ...MINIMAL, account: '111122223333', region: 'eu-central-1' }));
  const stack = app.synth().getStackByName('test-storage');
  expect(stack.environment.name).toBe('aws://111122223333/eu-central-1');
  Template.fromJSON(stack.template as object).hasResourceProperties('AWS::S3::Bucket', {
    BucketName: 'test-postgres-111122223333-eu-central-1',
  });
});

test('the outputs name every bucket and every key', () => {
  expect(Object.keys(storageTemplate().findOutputs('*')).sort()).toEqual([
    'AccessLogBucketName',
    'BackupKeyArn',
    'EvidenceSigningKeyArn',
    'ManifestSigningKeyArn',
    'PostgresBucketName',
    'StatusBucketName',
  ]);
});

test('other stacks find each key by the name of a parameter', () => {
  const keys: Record<string, string> = {};
  for (const { Properties } of Object.values(storageTemplate().findResources('AWS::SSM::Parameter')))
    keys[Properties.Name] = Properties.Value['Fn::GetAtt'][0];
  expect(keys).toEqual({
    [namesOf('test').parameters.backupKeyArn]: expect.stringMatching(/^BackupKey/),
    [namesOf('test').parameters.manifestSigningKeyArn]: expect.stringMatching(/^ManifestSigningKey/),
    [namesOf('test').parameters.evidenceSigningKeyArn]: expect.stringMatching(/^EvidenceSigningKey/),
  });
});
