/** A guardrail that differs is named in words, whichever way it differs. */
import {
  filledIn,
  guardrailDifferences,
  lifecycleGuardrails,
  policyGuardrails,
  type Guardrails,
} from '../../lib/contract/guardrails';

const EXPECTED: Guardrails = { versioning: 'Enabled', 'default lock': { mode: 'GOVERNANCE', days: 7 } };

test('nothing differs where everything is as it was synthesized, in whatever order its fields stand', () => {
  expect(
    guardrailDifferences(EXPECTED, {
      'default lock': { days: 7, mode: 'GOVERNANCE' },
      versioning: 'Enabled',
    }),
  ).toEqual([]);
});

test('nor where what was filled in stands in another order', () => {
  const role = (name: string) => `arn:aws:iam::111122223333:role/${name}`;
  expect(
    guardrailDifferences({ a: { b: [role('x'), role('a')] } }, { a: { b: [role('a'), role('x')] } }),
  ).toEqual([]);
});

test.each([
  [{ ...EXPECTED, versioning: 'Suspended' }, 'versioning is "Suspended" instead of "Enabled"'],
  [{ versioning: 'Enabled' }, 'default lock is gone; it was {"days":7,"mode":"GOVERNANCE"}'],
  [{ ...EXPECTED, 'lifecycle rule x': { Days: 1 } }, 'lifecycle rule x was added: {"Days":1}'],
] satisfies [Guardrails, string][])('%j: %s', (live, words) => {
  expect(guardrailDifferences(EXPECTED, live)).toEqual([words]);
});

test('what only the deployment knows is filled in, of other partitions too', () => {
  const open = {
    a: '${BucketArn}/*',
    b: ['${KeyArn}', 'arn:${AWS::Partition}:iam::${AWS::AccountId}:role/${AWS::Region}'],
  };
  const keyArn = 'arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/k';
  expect(filledIn(open, { bucketName: 'b', keyArn })).toEqual({
    a: 'arn:aws-us-gov:s3:::b/*',
    b: [keyArn, 'arn:aws-us-gov:iam::111122223333:role/us-gov-west-1'],
  });
});

test.each(['alias/backups', 'arn:aws:kms', ''])('%j is no key that could tell them', (keyArn) => {
  expect(() => filledIn({}, { bucketName: 'b', keyArn })).toThrow('is not the ARN of a key');
});

const DENY = { Sid: 'No', Effect: 'Deny', Action: ['s3:B', 's3:A'], Resource: 'x', Principal: { AWS: '*' } };

test.each([
  ['the order of actions', { Action: ['s3:A', 's3:B'] }],
  ['a list of one', { Resource: ['x'] }],
  ['the other way to write everybody', { Principal: '*' }],
])('a policy statement is the same with %s', (_, change) => {
  const [expected, live] = [DENY, { ...DENY, ...change }].map((one) =>
    policyGuardrails({ Statement: [one] }),
  );
  expect(guardrailDifferences(expected!, live!)).toEqual([]);
});

test.each([
  ['another effect', { Effect: 'Allow' }],
  ['an action less', { Action: ['s3:A'] }],
  ['another resource', { Resource: 'y' }],
  ['another principal', { Principal: { AWS: 'arn:aws:iam::111122223333:root' } }],
  ['a condition', { Condition: { ArnNotLike: { 'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/x' } } }],
  ['a field that we do not use', { NotAction: 's3:A' }],
])('a policy statement is another one with %s', (_, change) => {
  const [expected, live] = [DENY, { ...DENY, ...change }].map((one) =>
    policyGuardrails({ Statement: [one] }),
  );
  expect(guardrailDifferences(expected!, live!)).toHaveLength(1);
});

test('two statements of one name do not hide each other', () => {
  const two = policyGuardrails({ Statement: [DENY, { ...DENY, Effect: 'Allow' }] });
  expect(guardrailDifferences(policyGuardrails({ Statement: [DENY] }), two)).toEqual([
    expect.stringMatching(/^policy statement No \(2\) was added: .*"Allow"/),
  ]);
});

test('a lifecycle rule that does something more is another one', () => {
  const rule = { id: 'r', enabled: true, prefix: 'p', tags: [], actions: { Expiration: { Days: 1 } } };
  const more = {
    ...rule,
    actions: { ...rule.actions, NoncurrentVersionTransitions: [{ NoncurrentDays: 1 }] },
  };
  const [expected, live] = [lifecycleGuardrails([rule]), lifecycleGuardrails([more])];
  expect(guardrailDifferences(expected, live)).toHaveLength(1);
});

test('what a lifecycle rule does not do makes no difference, however S3 says so', () => {
  const rule = { id: 'r', enabled: true, prefix: '', tags: [], actions: { Expiration: { Days: 1 } } };
  const other = {
    Expiration: { Days: 1, ExpiredObjectDeleteMarker: false },
    Transitions: [],
    Abort: undefined,
  };
  expect(lifecycleGuardrails([{ ...rule, actions: other }])).toEqual(lifecycleGuardrails([rule]));
});
