/**
 * What protects the recovery points, each protection by a name for people: as it was synthesized, or as it is live.
 * Both are written in the same form, so that whatever differs is a change that nobody deployed.
 */
import canonicalize from 'canonicalize';
import { z } from 'zod';

/** By name, for example `default lock`: any value of JSON. */
export const guardrailsSchema = z.record(z.string(), z.json());
export type Guardrails = z.infer<typeof guardrailsSchema>;
export type Json = z.infer<ReturnType<typeof z.json>>;

/** What a template leaves to the deployment: stands in synthesized guardrails as for example `${KeyArn}`. */
export interface DeployedNames {
  readonly bucketName: string;
  /** Of the key that encrypts; its parts tell partition, region and account as well. */
  readonly keyArn: string;
}

/** @throws RangeError where the key's ARN is none */
export function filledIn(guardrails: Guardrails, { bucketName, keyArn }: DeployedNames): Guardrails {
  const [arn, partition, , region, account] = keyArn.split(':');
  if (arn !== 'arn' || !partition || !region || !account)
    throw new RangeError(`${JSON.stringify(keyArn)} is not the ARN of a key.`);
  const values: Readonly<Record<string, string>> = {
    BucketArn: `arn:${partition}:s3:::${bucketName}`,
    KeyArn: keyArn,
    'AWS::Partition': partition,
    'AWS::Region': region,
    'AWS::AccountId': account,
  };
  const text = JSON.stringify(guardrails).replace(
    /\$\{([\w:]+)\}/g,
    (found, name: string) => values[name] ?? found,
  );
  return guardrailsSchema.parse(JSON.parse(text));
}

/**
 * Stands for a live guardrail that must not be read, under its name or what all names of its kind begin with: who harms
 * the backups may blind the monitor first.
 */
export const ACCESS_DENIED = 'access denied';

/** Each in words; empty where everything is as it was synthesized. */
export function guardrailDifferences(expected: Guardrails, live: Guardrails): string[] {
  const denied = Object.keys(live).filter((name) => live[name] === ACCESS_DENIED);
  const isUnseen = (name: string) => denied.some((kind) => name.startsWith(kind));
  const names = [...new Set([...Object.keys(expected), ...Object.keys(live)])].sort();
  const seen = names.filter((name) => !isUnseen(name));
  return [
    ...denied.map(
      (kind) => `${kind} could not be read: ${ACCESS_DENIED} — was the monitor's right taken away?`,
    ),
    ...seen.flatMap((name) => differenceOf(name, expected[name], live[name])),
  ];
}

function differenceOf(name: string, wanted: Json | undefined, found: Json | undefined): string[] {
  if (wanted === undefined) return [`${name} was added: ${inWords(found)}`];
  if (found === undefined) return [`${name} is gone; it was ${inWords(wanted)}`];
  return inWords(wanted) === inWords(found)
    ? []
    : [`${name} is ${inWords(found)} instead of ${inWords(wanted)}`];
}

/** Canonical JSON: neither the order of fields makes a difference, nor that of a list. */
function inWords(value: Json | undefined): string {
  return canonicalize(inOrder(value)) ?? 'nothing';
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder).sort(compareForms);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, inOrder(part)]));
}

function compareForms(a: unknown, b: unknown): number {
  const [first = '', second = ''] = [canonicalize(a), canonicalize(b)];
  return first < second ? -1 : first > second ? 1 : 0;
}

/** A lifecycle rule; fields of S3's API, with the filter's parts side by side. */
export interface LifecycleRuleParts {
  readonly id: string;
  readonly enabled: boolean;
  readonly prefix: string;
  readonly tags: readonly { readonly key: string; readonly value: string }[];
  /** What it does, as S3's API says it; what it does not do is undefined or empty. */
  readonly actions: Readonly<Record<string, unknown>>;
}

export function lifecycleGuardrails(rules: readonly LifecycleRuleParts[]): Guardrails {
  return named(
    rules.map(({ id, enabled, prefix, tags, actions }) => [
      `lifecycle rule ${id}`,
      {
        enabled,
        prefix,
        tags: tags.map(({ key, value }) => `${key}=${value}`),
        ...withoutNothing(actions),
      },
    ]),
  );
}

/** A condition's numbers and truths may be written as text, and a single value without a list. */
const word = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const oneOrMore = z.union([word, z.array(word)]).transform((value) => [value].flat());
const statementSchema = z.looseObject({
  Sid: z.string().optional(),
  Effect: z.string(),
  Action: oneOrMore.optional(),
  Resource: oneOrMore.optional(),
  Condition: z.record(z.string(), z.record(z.string(), oneOrMore)).default({}),
});

/** @param policy a policy document. @throws ZodError for what is none */
export function policyGuardrails(policy: unknown): Guardrails {
  const { Statement } = z.looseObject({ Statement: z.array(statementSchema) }).parse(policy);
  return named(
    Statement.map(({ Sid, Principal, ...statement }) => [
      `policy statement ${Sid ?? purposeOf(statement)}`,
      guardrail({ ...statement, ...(Principal !== undefined && { Principal: anyPrincipal(Principal) }) }),
    ]),
  );
}

/** A statement without Sid: by what it does, and when. */
function purposeOf({ Effect, Action = [], Condition }: z.infer<typeof statementSchema>): string {
  const keys = Object.values(Condition).flatMap((keysAndValues) => Object.keys(keysAndValues));
  return [Effect, ...Action, ...(keys.length > 0 ? ['where', ...keys] : [])].join(' ');
}

/** Two ways to write everybody: S3 may answer with the other one. */
function anyPrincipal(principal: unknown): unknown {
  return canonicalize(principal) === '{"AWS":"*"}' ? '*' : principal;
}

/** Two of one name must not hide each other. */
function named(entries: readonly (readonly [string, Json])[]): Guardrails {
  const found: Record<string, Json> = {};
  for (const [name, value] of entries) {
    let free = name;
    for (let count = 2; free in found; count++) free = `${name} (${count})`;
    found[free] = value;
  }
  return found;
}

function withoutNothing(actions: Readonly<Record<string, unknown>>): Record<string, Json> {
  const text = JSON.stringify(actions, (_, value: unknown) => (value === false ? undefined : value));
  const kept = Object.entries(guardrailsSchema.parse(JSON.parse(text)));
  return Object.fromEntries(kept.filter(([, value]) => !['[]', '{}', 'null'].includes(inWords(value))));
}

/** Any value as it would look after a journey through JSON. */
export function guardrail(value: unknown): Json {
  return z.json().parse(JSON.parse(JSON.stringify(value)));
}
