/** `--allow`: which refusals the operator overrides. What is meant for the one kind of restore is refused for the other. */
import { InvalidArgumentError, Option } from 'commander';
import { Failure } from '../contract/failure';
import { ALLOWANCES } from '../operations/archive/archive-request';
import { OVERRIDES } from '../operations/place-refusals';

const ALL: readonly string[] = [...OVERRIDES, ...ALLOWANCES];

export const allowOption = () =>
  new Option(
    '--allow <refusal>',
    `override a refusal: ${OVERRIDES.join(', ')}; of an archive ${ALLOWANCES.join(', ')}`,
  )
    .argParser(oneMore)
    .default([], 'none');

function oneMore(text: string, before: readonly string[]): readonly string[] {
  if (ALL.includes(text)) return [...before, text];
  throw new InvalidArgumentError(`Allowed are ${ALL.join(', ')}; give the option again for another one.`);
}

/** @throws Failure `usage` for one that is of the other kind */
export function allowed<T extends string>(given: readonly string[], known: readonly T[], what: string): T[] {
  return given.map((text) => {
    const found = known.find((candidate) => candidate === text);
    if (found !== undefined) return found;
    throw new Failure('usage', `--allow ${text} means nothing for ${what}.`, {
      hint: `There it takes ${known.join(', ')}.`,
    });
  });
}
