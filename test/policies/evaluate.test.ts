/** The simulation answers as IAM's documentation says: without that, the table of roles would prove nothing. */
import { evaluate, type Principal } from './evaluate';
import type { ConditionElement, PolicyDocument, Statement } from './policy-document';

const ROLE = 'arn:aws:iam::111122223333:role/reader';
const OBJECT = 'arn:aws:s3:::bucket/points/a';
const KEY = 'arn:aws:kms:eu-central-1:111122223333:key/1';

const policy = (...statements: Statement[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: statements,
});
const roleWith = (...statements: Statement[]): Principal => ({
  type: 'role',
  arn: ROLE,
  policies: [policy(...statements)],
});
const read = { action: 's3:GetObject', resource: OBJECT, context: {} };
const allowRead: Statement = { Effect: 'Allow', Action: 's3:GetObject', Resource: OBJECT };
const ANONYMOUS: Principal = { type: 'anonymous' };
const NOBODY = roleWith();

const outcome = (principal: Principal, request = read, ...ofResource: Statement[]) =>
  evaluate(principal, request, ofResource.length === 0 ? [] : [policy(...ofResource)]).outcome;

test('what no statement allows is not allowed', () => {
  expect(outcome(NOBODY)).toBe('not allowed');
});

test('an identity policy allows', () => {
  expect(outcome(roleWith(allowRead))).toBe('allowed');
});

test('a deny of the resource beats every allow, and is named', () => {
  const deny: Statement = { ...allowRead, Sid: 'NotThis', Effect: 'Deny', Principal: '*' };
  expect(evaluate(roleWith(allowRead), read, [policy(deny)])).toEqual({ outcome: 'refused', by: 'NotThis' });
});

test('a deny for the account is one for each of its roles', () => {
  const account = { AWS: 'arn:aws:iam::111122223333:root' };
  const deny: Statement = { ...allowRead, Effect: 'Deny', Principal: account };
  expect(outcome(roleWith(allowRead), read, deny)).toBe('refused');
});

test.each<[string, Statement['Principal'], string]>([
  ['the role', { AWS: ROLE }, 'allowed'],
  ['everybody', '*', 'allowed'],
  ['everybody, written as an AWS principal', { AWS: '*' }, 'allowed'],
  ['another role', { AWS: `${ROLE}2` }, 'not allowed'],
  ['the account, which leaves it to identity policies', { AWS: '111122223333' }, 'not allowed'],
])('a resource policy that names %s', (_, Principal, expected) => {
  expect(outcome(NOBODY, read, { ...allowRead, Principal: Principal! })).toBe(expected);
});

test('who is nobody gets what is for everybody, and nothing else', () => {
  expect(outcome(ANONYMOUS, read, { ...allowRead, Principal: '*' })).toBe('allowed');
  expect(outcome(ANONYMOUS, read, { ...allowRead, Principal: { AWS: '111122223333' } })).toBe('not allowed');
});

test('a service gets what names it', () => {
  const events: Principal = { type: 'service', service: 'events.amazonaws.com' };
  const allow = (Service: string): Statement => ({ ...allowRead, Principal: { Service } });
  expect(outcome(events, read, allow('events.amazonaws.com'))).toBe('allowed');
  expect(outcome(events, read, allow('logs.amazonaws.com'))).toBe('not allowed');
});

test('an identity policy alone opens no key: the key must leave it to the account', () => {
  const decrypt = { action: 'kms:Decrypt', resource: KEY, context: {} };
  const user = roleWith({ Effect: 'Allow', Action: 'kms:Decrypt', Resource: KEY });
  const delegating: Statement = {
    Effect: 'Allow',
    Action: 'kms:*',
    Resource: '*',
    Principal: { AWS: 'arn:aws:iam::111122223333:root' },
  };
  expect(outcome(user, decrypt)).toBe('not allowed');
  expect(outcome(user, decrypt, delegating)).toBe('allowed');
  expect(outcome(NOBODY, decrypt, delegating)).toBe('not allowed');
});

test.each([
  ['s3:GetObject', true],
  ['S3:getobject', true],
  ['s3:Get*', true],
  ['s3:GetObjec?', true],
  ['s3:GetObjectVersion', false],
  ['*', true],
])('the action %s covers s3:GetObject: %s', (Action, covers) => {
  expect(outcome(roleWith({ ...allowRead, Action }))).toBe(covers ? 'allowed' : 'not allowed');
});

test.each([
  ['arn:aws:s3:::bucket/*', true],
  ['arn:aws:s3:::bucket/points/?', true],
  ['arn:aws:s3:::bucket/Points/a', false],
  ['arn:aws:s3:::bucket', false],
  ['arn:aws:s3*', false],
  ['arn:*:s3:::bucket/*', true],
  ['*', true],
])('the resource %s covers the object: %s', (Resource, covers) => {
  expect(outcome(roleWith({ ...allowRead, Resource }))).toBe(covers ? 'allowed' : 'not allowed');
});

test.each<[string, ConditionElement, Record<string, string | string[]>, boolean]>([
  ['an equal text', { StringEquals: { 's3:prefix': 'a' } }, { 's3:prefix': 'a' }, true],
  ['one of several texts', { StringEquals: { 's3:prefix': ['a', 'b'] } }, { 's3:prefix': 'b' }, true],
  ['another text', { StringEquals: { 's3:prefix': 'a' } }, { 's3:prefix': 'A' }, false],
  ['a key in other letters', { StringEquals: { 'S3:Prefix': 'a' } }, { 's3:prefix': 'a' }, true],
  ['a key that is not there', { StringEquals: { 's3:prefix': 'a' } }, {}, false],
  ['a key that need not be there', { StringEqualsIfExists: { 's3:prefix': 'a' } }, {}, true],
  ['a negated operator without its key', { StringNotEquals: { 's3:prefix': 'a' } }, {}, true],
  [
    'a negated operator on one of its values',
    { StringNotLike: { 'x:y': ['b', 'a*'] } },
    { 'x:y': 'ab' },
    false,
  ],
  ['a pattern', { StringLike: { 's3:prefix': 'a/*' } }, { 's3:prefix': 'a/b' }, true],
  ['a dot, which is no pattern', { StringLike: { 's3:prefix': 'a.b' } }, { 's3:prefix': 'axb' }, false],
  [
    'a role by name',
    { ArnLike: { 'x:y': 'arn:aws:iam::*:role/a' } },
    { 'x:y': 'arn:aws:iam::1:role/a' },
    true,
  ],
  ['an ARN pattern that ends too early', { ArnLike: { 'x:y': 'arn:*' } }, { 'x:y': ROLE }, false],
  ['a negated ARN without its key', { ArnNotLike: { 'x:y': ROLE } }, {}, true],
  ['a key that must be absent', { Null: { 's3:if-none-match': 'true' } }, {}, true],
  ['a key that must be absent and is not', { Null: { 'x:y': 'true' } }, { 'x:y': '*' }, false],
  ['a key that must be there', { Null: { 'x:y': 'false' } }, { 'x:y': '*' }, true],
  ['a yes', { Bool: { 'aws:SecureTransport': 'true' } }, { 'aws:SecureTransport': 'true' }, true],
  ['a number above', { NumericGreaterThan: { 'x:y': '9' } }, { 'x:y': '10' }, true],
  ['a number not above', { NumericGreaterThan: { 'x:y': '10' } }, { 'x:y': '10' }, false],
  ['any of several', { 'ForAnyValue:StringEquals': { 'x:y': 'a' } }, { 'x:y': ['b', 'a'] }, true],
  ['all of several', { 'ForAllValues:StringEquals': { 'x:y': 'a' } }, { 'x:y': ['b', 'a'] }, false],
  ['all of none', { 'ForAllValues:StringEquals': { 'x:y': 'a' } }, {}, true],
  ['one key of two', { StringEquals: { 'x:y': 'a', 'x:z': 'b' } }, { 'x:y': 'a' }, false],
  ['one operator of two', { StringEquals: { 'x:y': 'a' }, Null: { 'x:y': 'true' } }, { 'x:y': 'a' }, false],
])('a condition holds, or not: %s', (_, Condition, context, holds) => {
  const principal = roleWith({ ...allowRead, Condition });
  expect(outcome(principal, { ...read, context })).toBe(holds ? 'allowed' : 'not allowed');
});

test('the role of who asks stands in the context', () => {
  const Condition = { ArnLike: { 'aws:PrincipalArn': ROLE } };
  expect(outcome(roleWith({ ...allowRead, Condition }))).toBe('allowed');
});

test.each<[string, Statement | object]>([
  [
    'an operator',
    { ...allowRead, Condition: { DateLessThan: { 'aws:CurrentTime': '2026-01-01T00:00:00Z' } } },
  ],
  ['a variable', { ...allowRead, Condition: { StringEquals: { 's3:prefix': '${aws:userid}' } } }],
  ['an element', { Effect: 'Allow', NotAction: 's3:DeleteObject', Resource: '*' }],
])('%s that the simulation does not know is an error, not a guess', (_, statement) => {
  expect(() => outcome(roleWith(statement as Statement))).toThrow('does not know');
});
