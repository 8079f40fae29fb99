/** Which recovery point is meant: its id, `newest`, or `--at` an instant. */
import { InvalidArgumentError, Option } from 'commander';
import { Failure } from '../contract/failure';
import { INSTANT_EXAMPLE, parseInstant } from '../contract/instant';
import { NEWEST } from '../operations/choose-point';

export interface AtOptions {
  readonly at?: Date;
}

export const atOption = () =>
  new Option(
    '--at <instant>',
    `instead of an id: the newest point as of then, e.g. ${INSTANT_EXAMPLE}`,
  ).argParser(instant);

function instant(text: string): Date {
  const parsed = parseInstant(text);
  if (parsed !== undefined) return parsed;
  throw new InvalidArgumentError(
    `It must be a date and a time with its zone: ${INSTANT_EXAMPLE}, or 2026-11-20T02:30:00+01:00.`,
  );
}

/** @throws Failure `usage` where an id is given beside an instant, or neither */
export function choiceOf(
  id: string | undefined,
  { at }: AtOptions,
): { readonly point: string; readonly at?: Date } {
  if (at === undefined && id === undefined) {
    throw new Failure('usage', 'No recovery point is named.', {
      hint: `Give its id, newest, or --at ${INSTANT_EXAMPLE}; see them with: backstop list`,
    });
  }
  if (at !== undefined && id !== undefined && id !== NEWEST) {
    throw new Failure('usage', `Both are given: the recovery point ${id}, and --at ${at.toISOString()}.`, {
      hint: 'Leave one of them out: --at chooses the recovery point by itself.',
    });
  }
  return { point: id ?? NEWEST, ...(at && { at }) };
}
