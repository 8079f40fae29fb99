/** Templates as the CDK CLI makes them: with the feature flags of cdk.json, which jest does not read. */
import 'aws-cdk-lib/testhelpers/jest-autoclean';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { SettingsInput } from '../../lib/settings/schema';
import { defineSettings } from '../../lib/settings/settings';
import { StorageStack } from '../../lib/stacks/storage-stack';

interface CdkJson {
  readonly context: Readonly<Record<string, unknown>>;
}

export function cdkJsonContext(): CdkJson['context'] {
  const text = readFileSync(path.resolve(__dirname, '../../cdk.json'), 'utf8');
  return (JSON.parse(text) as CdkJson).context;
}

/** Validation costs seconds per app: one test of the whole app has it on, the others look at templates. */
export function newApp(validate = false): App {
  return new App({ context: cdkJsonContext(), builtinCloudFormationValidation: validate });
}

export function newStack(): Stack {
  return new Stack(newApp(), 'test');
}

export const MINIMAL: SettingsInput = {
  name: 'test',
  databases: { shop: { connection: 'elsewhere', keepDays: { daily: 30 } } },
};

export function storageTemplate(changes: Partial<SettingsInput> = {}): Template {
  const settings = defineSettings({ ...MINIMAL, ...changes });
  return Template.fromStack(new StorageStack(newApp(), 'test-storage', { settings }));
}

export interface Statement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** The statement with that Sid in the policy of the bucket with that logical id prefix. */
export function policyStatement(template: Template, policyIdPrefix: string, sid: string): Statement {
  const policies = Object.entries(template.findResources('AWS::S3::BucketPolicy'));
  const [, policy] = policies.find(([id]) => id.startsWith(policyIdPrefix)) ?? [];
  const statements = policy?.['Properties'].PolicyDocument.Statement as Statement[] | undefined;
  const found = statements?.find((statement) => statement.Sid === sid);
  if (found === undefined) throw new Error(`No statement ${sid} in a policy ${policyIdPrefix}…`);
  return found;
}
