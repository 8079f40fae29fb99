import { readFileSync } from 'node:fs';
import path from 'node:path';
import { App, CfnResource, Stack } from 'aws-cdk-lib';
import { addGuardRules } from '../../lib/constructs/guard-rules';
import { cdkJsonContext } from '../support/synthesize';

const GOOD_BUCKET: Readonly<Record<string, unknown>> = {
  Tags: [{ Key: 'backstop:content', Value: 'recovery-points' }],
  VersioningConfiguration: { Status: 'Enabled' },
  PublicAccessBlockConfiguration: {
    BlockPublicAcls: true,
    BlockPublicPolicy: true,
    IgnorePublicAcls: true,
    RestrictPublicBuckets: true,
  },
  ObjectLockEnabled: true,
  ObjectLockConfiguration: {
    ObjectLockEnabled: 'Enabled',
    Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 7 } },
  },
};
const RETAINED = { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' };
const KEY = { KeyPolicy: { Version: '2012-10-17', Statement: [] } };

const app = new App({ context: cdkJsonContext() });
const stack = new Stack(app, 'guarded');

function add(id: string, type: string, properties: object, policies: object): void {
  const resource = new CfnResource(stack, id, { type, properties: { ...properties } });
  for (const [name, value] of Object.entries(policies)) resource.addOverride(name, value);
}

const addBucket = (id: string, changes: object, policies: object = RETAINED) => {
  add(id, 'AWS::S3::Bucket', { ...GOOD_BUCKET, ...changes }, policies);
};

interface Report {
  readonly pluginReports: readonly {
    readonly violations: readonly {
      readonly ruleName: string;
      readonly violatingConstructs: readonly { readonly constructPath: string }[];
    }[];
  }[];
}

let report: Report;

/** The rules that the resource with that id breaks. */
const brokenBy = (id: string) => [
  ...new Set(
    report.pluginReports
      .flatMap(({ violations }) => violations)
      .filter(({ violatingConstructs }) =>
        violatingConstructs.some(({ constructPath }) => constructPath === `guarded/${id}`),
      )
      .map(({ ruleName }) => ruleName),
  ),
];

beforeAll(() => {
  addGuardRules(app);
  addBucket('Good', {});
  addBucket('Public', { PublicAccessBlockConfiguration: undefined });
  addBucket('Unversioned', { VersioningConfiguration: undefined });
  addBucket('Deleted', {}, { ...RETAINED, DeletionPolicy: 'Delete' });
  addBucket('Replaced', {}, { ...RETAINED, UpdateReplacePolicy: 'Delete' });
  addBucket('Unlocked', { ObjectLockEnabled: undefined });
  addBucket('UnlockedByDefault', { ObjectLockConfiguration: undefined });
  addBucket('Status', { ObjectLockEnabled: undefined, ObjectLockConfiguration: undefined, Tags: undefined });
  add('GoodKey', 'AWS::KMS::Key', KEY, RETAINED);
  add('DeletedKey', 'AWS::KMS::Key', KEY, { ...RETAINED, DeletionPolicy: 'Delete' });
  expect(() => app.synth()).toThrow(/validation-report\.json/);
  report = JSON.parse(readFileSync(path.join(app.outdir, 'validation-report.json'), 'utf8')) as Report;
});

test.each([
  ['a public bucket', 'Public', 'buckets_block_public_access'],
  ['a bucket without versions', 'Unversioned', 'buckets_are_versioned'],
  ['a bucket that dies with its stack', 'Deleted', 'buckets_are_retained'],
  ['a bucket that dies when it is replaced', 'Replaced', 'buckets_are_retained'],
  ['a bucket of recovery points without Object Lock', 'Unlocked', 'recovery_points_are_locked'],
  ['a bucket of recovery points without a default lock', 'UnlockedByDefault', 'recovery_points_are_locked'],
  ['a key that dies with its stack', 'DeletedKey', 'keys_are_retained'],
])('cdk synth refuses %s', (_, id, rule) => {
  expect(brokenBy(id)).toContain(rule);
});

test.each(['Good', 'Status', 'GoodKey'])('%s, which keeps the rules, passes', (id) => {
  expect(brokenBy(id)).toEqual([]);
});
