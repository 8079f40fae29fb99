/** The options of a command line, written again for the same program elsewhere. */
import type { Command, Option } from 'commander';
import { Failure } from '../contract/failure';

/**
 * Those that were given, not their defaults.
 * @param except names of attributes, as commander has them
 * @throws Failure `usage` for a value with a password: whoever may look at a task can read its command
 */
export function passedOn(command: Command, except: readonly string[]): string[] {
  return command.options.flatMap((option) => {
    const name = option.attributeName();
    const source = command.getOptionValueSource(name) ?? 'default';
    if (except.includes(name) || !['cli', 'env'].includes(source)) return [];
    return wordsOf(option, command.getOptionValue(name));
  });
}

function wordsOf({ long, negate, variadic }: Option, value: unknown): string[] {
  const flag = long ?? '';
  if (typeof value === 'boolean') return value !== negate ? [flag] : [];
  const words = [value]
    .flat()
    .map((each: unknown) => (each instanceof Date ? each.toISOString() : String(each)));
  if (words.some(holdsPassword)) {
    throw new Failure('usage', `${flag} holds a password, which would stand in the task's command.`, {
      hint: 'Leave the password out, or restore from this machine, without --in-aws.',
    });
  }
  return variadic ? [flag, ...words] : words.flatMap((word) => [flag, word]);
}

/** In a URL before its host, or as one of its parameters, however that is written. */
function holdsPassword(word: string): boolean {
  const plain = word.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return /:\/\/[^/@]*:[^/@]+@/.test(word) || /[?&]\w*password=/i.test(plain);
}
