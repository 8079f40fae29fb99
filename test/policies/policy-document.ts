/** The parts of a policy in the IAM policy language that our templates use. */
export type OneOrMore<T> = T | readonly T[];

export type PrincipalElement = '*' | Readonly<Partial<Record<'AWS' | 'Service', OneOrMore<string>>>>;

/** Operator, key, values: `{ StringEquals: { 'kms:ViaService': 's3.eu-central-1.amazonaws.com' } }`. */
export type ConditionElement = Readonly<Record<string, Readonly<Record<string, OneOrMore<string>>>>>;

export interface Statement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: PrincipalElement;
  readonly Action: OneOrMore<string>;
  /** Absent in a trust policy: it is about the role that it belongs to. */
  readonly Resource?: OneOrMore<string>;
  readonly Condition?: ConditionElement;
}

export interface PolicyDocument {
  readonly Version: string;
  readonly Statement: OneOrMore<Statement>;
}

const KNOWN_ELEMENTS = ['Sid', 'Effect', 'Principal', 'Action', 'Resource', 'Condition'];

export function listOf<T>(value: OneOrMore<T> | undefined): readonly T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}

/** @throws where a statement has an element that would be ignored here but not by AWS (NotAction, NotPrincipal, …) */
export function statementsOf(document: PolicyDocument): readonly Statement[] {
  if (document.Version !== '2012-10-17') throw new Error(`Policy version ${document.Version}`);
  const statements = listOf(document.Statement);
  for (const element of statements.flatMap((statement) => Object.keys(statement)))
    if (!KNOWN_ELEMENTS.includes(element)) throw new Error(`The simulation does not know ${element}`);
  return statements;
}
