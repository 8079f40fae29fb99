/** An operator's line of verbs in this process: what it printed, against the shared emulator. */
import { PassThrough } from 'node:stream';
import { programOf } from '../../lib/cli/program';
import { systemClock } from '../../lib/runtime/clock';
import { terminalPrompt } from '../../lib/runtime/prompt';
import { silentReporter } from '../../lib/runtime/reporter';

export interface Typed {
  /** What the person at the terminal answers; undefined: there is none. */
  readonly answer?: string;
  readonly opened?: string[];
}

/** What went to stdout; rejects with what the program threw, and `printed` beside it. */
export async function typed(args: readonly string[], { answer, opened }: Typed = {}): Promise<string> {
  let printed = '';
  const { signal } = new AbortController();
  const program = programOf({
    ...{ environment: process.env, clock: systemClock, signal, reporter: () => silentReporter },
    stdout: { write: (text) => (printed += text) },
    prompt: () => {
      if (answer === undefined) return undefined;
      const [input, output] = [new PassThrough(), new PassThrough()];
      output.on('data', () => input.write(`${answer}\n`));
      return terminalPrompt(input, output, signal);
    },
    open: (target) => Promise.resolve(void opened?.push(target)),
  });
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    throw Object.assign(error as Error, { printed });
  }
  return printed;
}
