/** Whether a query's answer is what the settings ask for. Pure. */
import type { DrillCheck } from '../contract/drill-checks';
import type { Answer } from '../postgres/query-check';

export interface Verdict {
  readonly passed: boolean;
  /** Why, in words; never a value other than a number, true or false: a text may be somebody's data. */
  readonly text: string;
}

type Bounds = Pick<Extract<DrillCheck, { sql: string }>, 'atLeast' | 'atMost'>;

export function verdictOnAnswer(bounds: Bounds, { columns, rows }: Answer): Verdict {
  const [row] = rows;
  if (row === undefined) return failed('has no row');
  if (rows.length > 1) return failed('has more than one row');
  if (columns !== 1) return failed(`has ${columns} columns; one is wanted`);
  return bounds.atLeast === undefined && bounds.atMost === undefined ? truth(row[0]) : within(bounds, row[0]);
}

function truth(value: unknown): Verdict {
  return { passed: value === true, text: value === true ? 'is true' : `${inWords(value)}, not true` };
}

function within({ atLeast, atMost }: Bounds, value: unknown): Verdict {
  const digits = digitsOf(value);
  const wanted = [
    ...(atLeast === undefined ? [] : [`at least ${atLeast}`]),
    ...(atMost === undefined ? [] : [`at most ${atMost}`]),
  ].join(' and ');
  if (digits === undefined) return failed(`${inWords(value)}; a number is wanted, ${wanted}`);
  // NaN is within no bounds: each comparison with it is false.
  const number = Number(digits);
  const passed = (atLeast === undefined || number >= atLeast) && (atMost === undefined || number <= atMost);
  return { passed, text: `is ${digits}, ${passed ? '' : 'not '}${wanted}` };
}

/** A number as it is written: bigint and numeric come as text. */
function digitsOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string' && /^(-?\d+(\.\d+)?|NaN|-?Infinity)$/.test(value)) return value;
  return undefined;
}

function inWords(value: unknown): string {
  if (value === null) return 'is NULL';
  if (typeof value === 'boolean') return `is ${value ? 'true' : 'false'}`;
  const digits = digitsOf(value);
  return digits === undefined ? 'is neither a number nor true' : `is ${digits}`;
}

function failed(text: string): Verdict {
  return { passed: false, text };
}
