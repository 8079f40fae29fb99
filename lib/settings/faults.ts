/** Faults of a settings file, all together and each with its path, the value got and what is allowed. */
import type { z } from 'zod';
import { Failure } from '../contract/failure';

/** For example `['databases', 'shop', 'keepDays', 'daily']`. */
export type Path = readonly PropertyKey[];

export interface Fault {
  readonly path: Path;
  readonly got: string;
  readonly allowed: string;
  /** What to do, in one sentence. @default - what is allowed says it */
  readonly hint?: string;
}

/** One or, where an object may stand beside other values, those inside the object. */
export function faultsOf(issue: z.core.$ZodIssue, input: unknown): Fault[] {
  if (issue.code !== 'invalid_union') return [faultOf(issue, input)];
  const isOfAnotherKind = ({ code, path }: z.core.$ZodIssue) =>
    path.length === 0 && (code === 'invalid_type' || code === 'invalid_value');
  const inside = issue.errors.find((issues) => !issues.some(isOfAnotherKind)) ?? [];
  return inside.length === 0
    ? [faultOf(issue, input)]
    : inside.flatMap((each) => faultsOf({ ...each, path: [...issue.path, ...each.path] }, input));
}

function faultOf(issue: z.core.$ZodIssue, input: unknown): Fault {
  if (issue.code === 'unrecognized_keys')
    return {
      path: issue.path,
      got: `the unknown field ${issue.keys.join(', ')}`,
      allowed: issue.message,
      hint: 'Correct or remove it.',
    };
  if (issue.code === 'invalid_key')
    return {
      path: issue.path,
      got: `the name ${show(issue.path.at(-1))}`,
      allowed: issue.issues.map((reason) => reason.message).join('; '),
    };
  return { path: issue.path, got: show(valueAt(input, issue.path)), allowed: issue.message };
}

export function refuse(faults: readonly Fault[]): Failure {
  const lines = faults.map(({ path, got, allowed, hint }) =>
    [`  ${path.map(String).join('.') || 'settings'}: got ${got}; allowed: ${allowed}.`, hint]
      .filter(Boolean)
      .join(' '),
  );
  const count = lines.length === 1 ? '1 fault' : `${lines.length} faults`;
  return new Failure('usage', [`The settings have ${count}:`, ...lines].join('\n'), {
    hint: 'Correct the settings file; docs/settings.md describes each field.',
  });
}

function valueAt(input: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    input,
  );
}

/** A value in a message: short, and without credentials that somebody may have put into a URL by mistake. */
function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = (JSON.stringify(value) as string | undefined) ?? typeof value;
  const harmless = text.replace(/\/\/[^/\s]*@/g, '//…@');
  return harmless.length > 80 ? `${harmless.slice(0, 79)}…` : harmless;
}
