/** What a verb needs of the world around it: handed in, so that tests can run it. */
import type { Clock } from '../runtime/clock';
import type { Prompt } from '../runtime/prompt';
import type { Reporter } from '../runtime/reporter';

export interface Output {
  write(text: string): unknown;
  /** Columns of a terminal; undefined for a pipe or file. */
  readonly columns?: number | undefined;
  /** What a terminal says of itself. */
  readonly isTTY?: boolean;
  hasColors?(): boolean;
}

export interface CommandIo {
  /** Results: a table, text, or JSON. */
  readonly stdout: Output;
  readonly environment: NodeJS.ProcessEnv;
  readonly clock: Clock;
  /** Aborted by SIGINT and SIGTERM, with a Failure `stopped` as its reason. */
  readonly signal: AbortSignal;
  /** Tells on stderr what happens meanwhile. @param json one JSON object a line */
  reporter(json: boolean): Reporter;
  /** Asks the person at the terminal; undefined where there is none. */
  prompt(): Prompt | undefined;
  /** Opens a file or a URL. @default - with what the machine has for it */
  readonly open?: (target: string) => Promise<void>;
}

/** Prints a result: as JSON where asked, else as text. */
export function printResult(io: CommandIo, json: boolean, result: unknown, text: () => string): void {
  const printed = json ? JSON.stringify(result, null, 2) : text();
  io.stdout.write(printed.endsWith('\n') ? printed : `${printed}\n`);
}
