import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Aws, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { BundledFunction, type BundledFunctionProps } from '../../lib/constructs/bundled-function';
import { lambdaBundle } from '../../lib/constructs/lambda-bundle';
import { newApp } from '../support/synthesize';

const ROOT = path.resolve(__dirname, '../..');
const folder = mkdtempSync(path.join(tmpdir(), 'backstop-handler-'));

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function entryOf(name: string, text: string): string {
  const file = path.join(folder, `${name}.ts`);
  writeFileSync(file, text);
  return file;
}

const ENTRY = entryOf(
  'echo',
  `import { readFileSync } from 'node:fs';
   import { alarmName } from '${ROOT}/lib/contract/alarms';
   export const handler = (event: { name: string }): string =>
     alarmName(event.name, 'BackupMissing') + readFileSync(__dirname + '/config.json', 'utf8');`,
);

function synthesized(changes: Partial<BundledFunctionProps> = {}) {
  const app = newApp();
  const stack = new Stack(app, 'test');
  new BundledFunction(stack, 'Echo', {
    name: 'echo',
    description: 'Answers',
    timeout: Duration.minutes(1),
    memoryMiB: 256,
    logDays: 400,
    entry: ENTRY,
    config: { databases: ['shop'] },
    ...changes,
  });
  const template = Template.fromStack(stack);
  const [lambda] = Object.values(template.findResources('AWS::Lambda::Function'));
  const hash = String(lambda!['Properties'].Code.S3Key).replace('.zip', '');
  return { template, hash, code: path.join(app.outdir, `asset.${hash}`) };
}

test('the function is Node 24 on ARM64, with the timeout and memory given and without a name', () => {
  const [lambda] = Object.values(synthesized().template.findResources('AWS::Lambda::Function'));
  expect(lambda!['Properties']).toMatchObject({
    Runtime: 'nodejs24.x',
    Architectures: ['arm64'],
    Handler: 'index.handler',
    Timeout: 60,
    MemorySize: 256,
  });
  expect(lambda!['Properties'].FunctionName).toBeUndefined();
});

test('its log group is its own, expires, and stays when the stack goes', () => {
  const { template } = synthesized();
  const [[id, group]] = Object.entries(template.findResources('AWS::Logs::LogGroup')) as [
    [string, Record<string, unknown>],
  ];
  expect(group).toMatchObject({
    DeletionPolicy: 'RetainExceptOnCreate',
    Properties: { RetentionInDays: 400 },
  });
  template.hasResourceProperties('AWS::Lambda::Function', { LoggingConfig: { LogGroup: { Ref: id } } });
});

test('its role may write that log and nothing else, and has no managed policy', () => {
  const { template } = synthesized();
  const [role] = Object.values(template.findResources('AWS::IAM::Role'));
  expect(role!['Properties'].ManagedPolicyArns).toBeUndefined();
  const [policy, ...others] = Object.values(template.findResources('AWS::IAM::Policy'));
  expect(others).toEqual([]);
  expect(policy!['Properties'].PolicyDocument.Statement).toEqual([
    {
      Effect: 'Allow',
      Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      Resource: { 'Fn::GetAtt': [expect.stringMatching(/^EchoLog/), 'Arn'] },
    },
  ]);
});

test('the bundle runs, and finds its config beside it', () => {
  const { code } = synthesized();
  const { handler } = createRequire(__filename)(path.join(code, 'index.js')) as {
    handler: (event: object) => string;
  };
  const answer = handler({ name: 'prod' });
  expect(answer.startsWith('prod-BackupMissing')).toBe(true);
  expect(JSON.parse(answer.slice('prod-BackupMissing'.length))).toEqual({ databases: ['shop'] });
});

test('the same sources and config make the same asset; another config makes another', () => {
  const { hash } = synthesized();
  expect(synthesized().hash).toBe(hash);
  expect(synthesized({ config: { databases: ['web'] } }).hash).not.toBe(hash);
});

test('the code names no folder of the machine that bundled it', () => {
  expect(readFileSync(path.join(synthesized().code, 'index.js'), 'utf8')).not.toContain(ROOT);
});

test('a config that holds a token is refused: it would be written as gibberish', () => {
  expect(() => synthesized({ config: { account: Aws.ACCOUNT_ID } })).toThrow(
    'The config of echo has a value that only a deployment knows: pass it by environment.',
  );
});

test('a handler that brings the CDK along is refused', () => {
  const entry = entryOf(
    'cdk',
    `import { Token } from '${ROOT}/node_modules/aws-cdk-lib/core'; export const handler = Token;`,
  );
  expect(() => lambdaBundle('cdk', entry)).toThrow(/brings node_modules\/aws-cdk-lib\/.* along/);
});
