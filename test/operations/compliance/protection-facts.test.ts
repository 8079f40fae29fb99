/** Nothing conforms by default: each protection that is gone, weakened or unreadable is told as such. */
import { guardrailsOf } from '../../../lib/constructs/guardrails';
import { ACCESS_DENIED, filledIn, type Guardrails } from '../../../lib/contract/guardrails';
import { ofFacts } from '../../../lib/operations/compliance/exceptions';
import { ruleWords } from '../../../lib/operations/compliance/lifecycle-words';
import type { Protection } from '../../../lib/operations/compliance/protection';
import { encryptionFacts, lockFacts } from '../../../lib/operations/compliance/protection-facts';
import { defineSettings } from '../../../lib/settings/settings';
import { StorageStack } from '../../../lib/stacks/storage-stack';
import { MINIMAL, newApp } from '../../support/synthesize';

const KEY = 'arn:aws:kms:eu-central-1:123456789012:key/0f1e';

function synthesized(): Guardrails {
  const { postgresBackups, backupKey } = new StorageStack(newApp(), 'test-storage', {
    settings: defineSettings(MINIMAL),
  });
  return filledIn(guardrailsOf(postgresBackups, backupKey), { bucketName: 'b', keyArn: KEY });
}

const deployed = synthesized();
const factsOf = (protection: Protection) => [...encryptionFacts(protection), ...lockFacts(protection)];
const stateOf = (guardrails: Guardrails, name: string) =>
  factsOf({ guardrails }).find((fact) => fact.name === name)?.state;
const without = (...names: string[]) =>
  Object.fromEntries(Object.entries(deployed).filter(([name]) => !names.includes(name)));

test('a bucket as it is deployed has every protection, and no exception', () => {
  const facts = factsOf({ guardrails: deployed });
  expect(ofFacts(facts)).toEqual([]);
  expect(Object.fromEntries(facts.map(({ name, text }) => [name, text]))).toEqual({
    'default encryption': `SSE-KMS (aws:kms), key ${KEY}, bucket key on`,
    'key of the bucket': 'enabled',
    'yearly rotation of the key': 'on',
    'encryption in transit': 'requests without TLS are refused',
    'TLS version': 'below TLS 1.2 is refused',
    'public access': 'blocked, in all four ways',
    versioning: 'on',
    'Object Lock, by default': expect.stringMatching(/^governance mode, \d+ days from an object's birth$/),
    'lifecycle: abort-incomplete-uploads': 'the whole bucket: unfinished uploads end after 7 days',
    'lifecycle: expire-daily-shop':
      'daily points of shop with the tag expire=yes: expire after 30 days, are deleted 1 day after they were hidden',
    'lifecycle: remove-expired-delete-markers': 'the whole bucket: delete markers go that hide nothing',
    'expiry of released points alone': 'each rule that deletes asks for the tag expire=yes',
    replication: 'there is none',
  });
});

test.each([
  ['encryption', 'default encryption'],
  ['public access block', 'public access'],
  ['versioning', 'versioning'],
  ['default lock', 'Object Lock, by default'],
  ['policy statement Deny s3:* where aws:SecureTransport', 'encryption in transit'],
  ['policy statement Deny s3:* where s3:TlsVersion', 'TLS version'],
])('%s that is gone is absent, and an exception', (guardrail, name) => {
  expect(stateOf(without(guardrail), name)).toBe('absent');
  expect(ofFacts(factsOf({ guardrails: without(guardrail) })).map(({ text }) => text)).toContainEqual(
    expect.stringMatching(`^${name}: `),
  );
});

test.each<[string, Guardrails, string]>([
  [
    'a key that waits for its deletion',
    { 'backup key': { state: 'PendingDeletion', rotation: true } },
    'key of the bucket',
  ],
  [
    'a key without rotation',
    { 'backup key': { state: 'Enabled', rotation: false } },
    'yearly rotation of the key',
  ],
  ['suspended versioning', { versioning: 'Suspended' }, 'versioning'],
  ['one way left open to the public', { 'public access block': { blockPublicAcls: false } }, 'public access'],
  [
    'a rule that takes points nobody released',
    { 'lifecycle rule tidy': { enabled: true, prefix: '', tags: [], Expiration: { Days: 3 } } },
    'expiry of released points alone',
  ],
])('%s does not conform', (_, change, name) => {
  expect(stateOf({ ...deployed, ...change }, name)).toBe('absent');
});

test('TLS asked of one principal, one prefix or under one more condition is not TLS only', () => {
  const name = 'policy statement Deny s3:* where aws:SecureTransport';
  const whole = { Effect: 'Deny', Principal: '*', Action: ['s3:*'], Resource: ['arn:aws:s3:::b/*'] };
  const Condition = { Bool: { 'aws:SecureTransport': ['false'] } };
  const state = (statement: Guardrails[string]) =>
    stateOf({ ...deployed, [name]: statement }, 'encryption in transit');
  expect(state({ ...whole, Condition })).toBe('seen');
  expect(state({ ...whole, Condition, Principal: { AWS: 'arn:aws:iam::1:role/x' } })).toBe('absent');
  expect(state({ ...whole, Condition, Action: ['s3:PutObject'] })).toBe('absent');
  expect(state({ ...whole, Condition, Resource: ['arn:aws:s3:::b'] })).toBe('absent');
  expect(state({ ...whole, Condition: { ...Condition, StringEquals: { 'aws:x': ['y'] } } })).toBe('absent');
});

test.each([
  ['encryption', ['default encryption', 'key of the bucket', 'yearly rotation of the key']],
  ['backup key', ['key of the bucket', 'yearly rotation of the key']],
  ['policy statement', ['encryption in transit', 'TLS version']],
  ['public access block', ['public access']],
  ['versioning', ['versioning']],
  ['default lock', ['Object Lock, by default']],
  ['lifecycle rule', ['lifecycle']],
  ['replication', ['replication']],
])('%s that must not be read never conforms', (kind, names) => {
  const unseen = kind === 'encryption' ? without('backup key') : without();
  const kept = Object.fromEntries(Object.entries(unseen).filter(([name]) => !name.startsWith(kind)));
  const facts = factsOf({ guardrails: { ...kept, [kind]: ACCESS_DENIED } });
  expect(facts.filter(({ state }) => state === 'could not be read').map(({ name }) => name)).toEqual(names);
  expect(ofFacts(facts).filter((each) => each.kind === 'not read')).toHaveLength(names.length);
});

test('where nothing may be read, nothing conforms', () => {
  const facts = factsOf({ denied: 'AccessDenied (HTTP 403)' });
  expect(new Set(facts.map(({ state }) => state))).toEqual(new Set(['could not be read']));
});

test('a folder claims neither encryption nor lock', () => {
  expect(factsOf(null).map(({ text }) => text)).toEqual([
    'a folder: what encrypts the disk is not known to Backstop',
    'a folder locks nothing: whoever may write to it may delete its recovery points',
  ]);
  expect(ofFacts(factsOf(null))).toHaveLength(2);
});

test('a rule that moves points to cheaper storage, or is switched off, says so', () => {
  const rule = { enabled: false, prefix: 'points/weekly/postgres/shop/', tags: [] };
  const Transitions = [{ Days: 31, StorageClass: 'GLACIER' }];
  expect(ruleWords({ ...rule, Transitions })).toBe(
    'switched off: weekly points of shop: move to GLACIER after 31 days',
  );
});
