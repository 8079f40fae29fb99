/**
 * Whether a statement's conditions hold for a request, as
 * docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html says. Whatever it does not
 * know is an error: a condition that a simulation skips proves nothing.
 */
import { listOf, type ConditionElement, type OneOrMore } from './policy-document';

export type Context = Readonly<Record<string, OneOrMore<string>>>;

type Compare = (actual: string, wanted: string) => boolean;

interface Operator {
  readonly compare: Compare;
  /** A negated operator holds where none of its values match, and where the key is absent. */
  readonly negated?: true;
}

const equal: Compare = (actual, wanted) => actual === wanted;
const like: Compare = (actual, wanted) => matchesPattern(wanted, actual);
const arnLike: Compare = (actual, wanted) => matchesArn(wanted, actual);
const asNumbers =
  (compare: (actual: number, wanted: number) => boolean): Compare =>
  (actual, wanted) =>
    compare(Number(actual), Number(wanted));

const OPERATORS: Readonly<Record<string, Operator>> = {
  StringEquals: { compare: equal },
  StringNotEquals: { compare: equal, negated: true },
  StringLike: { compare: like },
  StringNotLike: { compare: like, negated: true },
  ArnEquals: { compare: arnLike },
  ArnLike: { compare: arnLike },
  ArnNotEquals: { compare: arnLike, negated: true },
  ArnNotLike: { compare: arnLike, negated: true },
  Bool: { compare: (actual, wanted) => actual.toLowerCase() === wanted.toLowerCase() },
  NumericEquals: { compare: asNumbers((actual, wanted) => actual === wanted) },
  NumericLessThan: { compare: asNumbers((actual, wanted) => actual < wanted) },
  NumericLessThanEquals: { compare: asNumbers((actual, wanted) => actual <= wanted) },
  NumericGreaterThan: { compare: asNumbers((actual, wanted) => actual > wanted) },
  NumericGreaterThanEquals: { compare: asNumbers((actual, wanted) => actual >= wanted) },
};

/** All operators and all keys must hold; of a key's values, one. */
export function conditionsHold(conditions: ConditionElement, context: Context): boolean {
  return Object.entries(conditions).every(([operator, keys]) =>
    Object.entries(keys).every(([key, wanted]) => holds(operator, valuesOf(context, key), listOf(wanted))),
  );
}

function holds(
  name: string,
  actual: readonly string[] | undefined,
  wanted: readonly (string | boolean)[],
): boolean {
  const values = wanted.map(String);
  const variable = values.find((value) => value.includes('${'));
  if (variable !== undefined) throw new Error(`The simulation does not know the variable in ${variable}`);
  if (name === 'Null') return values.some((value) => (value === 'true') === (actual === undefined));

  const [, set, base = '', ifExists] = /^(?:(For\w+Values?):)?(\w+?)(IfExists)?$/.exec(name) ?? [];
  const operator = OPERATORS[base];
  if (operator === undefined) throw new Error(`The simulation does not know the operator ${name}`);
  const { compare, negated = false } = operator;
  if (actual === undefined) return set === 'ForAllValues' || ifExists !== undefined || negated;

  const one = (value: string) => values.some((each) => compare(value, each)) !== negated;
  if (set === 'ForAllValues') return actual.every(one);
  if (set === 'ForAnyValue') return actual.some(one);
  if (set !== undefined || actual.length !== 1) throw new Error(`${name} on ${actual.join(' and ')}`);
  return actual.every(one);
}

/** Keys are compared without regard to case. */
function valuesOf(context: Context, key: string): readonly string[] | undefined {
  const found = Object.entries(context).find(([name]) => name.toLowerCase() === key.toLowerCase());
  return found && listOf(found[1]);
}

/** `*` stands for any characters, also none; `?` for exactly one. */
export function matchesPattern(pattern: string, text: string): boolean {
  const known = compiled.get(pattern) ?? compile(pattern);
  compiled.set(pattern, known);
  return known.test(text);
}

/** A table asks for the same few patterns a million times. */
const compiled = new Map<string, RegExp>();

function compile(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's');
}

/** Part by part: a wildcard does not reach over the colons between the first five parts. */
export function matchesArn(pattern: string, arn: string): boolean {
  if (pattern === '*') return true;
  const patterns = partsOf(pattern);
  const parts = partsOf(arn);
  return (
    patterns.length === parts.length && patterns.every((each, index) => matchesPattern(each, parts[index]!))
  );
}

function partsOf(arn: string): readonly string[] {
  const parts = arn.split(':');
  return [...parts.slice(0, 5), parts.slice(5).join(':')];
}
