/** Asks a person at a terminal. */
import { createInterface } from 'node:readline/promises';
import { Failure } from '../contract/failure';

export interface Prompt {
  /** @throws Failure `stopped` where the signal came or the terminal was closed */
  ask(question: string): Promise<string>;
  close(): void;
}

export function terminalPrompt(
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
  signal: AbortSignal,
): Prompt {
  const terminal = createInterface({ input, output });
  const closed = new AbortController();
  // A question that nobody can answer any more would wait for ever.
  terminal.once('close', () => {
    closed.abort(new Failure('stopped', 'The terminal was closed before all was answered.'));
  });
  const ended = AbortSignal.any([signal, closed.signal]);
  return {
    ask: async (question) => {
      try {
        return (await terminal.question(question, { signal: ended })).trim();
      } catch (error) {
        ended.throwIfAborted();
        throw error;
      }
    },
    close: () => {
      terminal.close();
    },
  };
}
