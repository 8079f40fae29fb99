/** The text of a plain dump as psql may have it: no command of psql's own in it can run. */
import { randomBytes } from 'node:crypto';
import { Failure } from '../../contract/failure';
import { DumpLines } from './dump-lines';
import { CONNECT, isFence, knowsRestrictedMode } from './psql-commands';
import { changesReading, readsAlike, saysOldStrings, settingOf } from './reading';
import type { LexerEvents } from './lexer-events';
import { isTransactionLine } from './transactions';

const NEWLINE = 0x0a;
const KEY_BYTES = 24;

export interface Fence {
  /** Opens psql's restricted mode; undefined where psql is too old for it, and our own reading has to do. */
  readonly key: string | undefined;
  /** Follow the dump into the databases that it makes. */
  readonly mayConnect: boolean;
}

/** @param psqlVersion for example `15.18` */
export function fenceFor(psqlVersion: string, mayConnect = false): Fence {
  const key = knowsRestrictedMode(psqlVersion) ? randomBytes(KEY_BYTES).toString('hex') : undefined;
  return { key, mayConnect };
}

/**
 * Opens the restricted mode with a key that the dump cannot know, and takes the dump's own fences out. pg_dump's lines
 * around large objects go too, unless it may connect: they would end the transaction that all of it runs in.
 * @throws Failure `restore-refused` for a command of psql's own, where psql itself would not refuse it
 */
export async function* fencedText(
  chunks: AsyncIterable<Uint8Array>,
  { key, mayConnect }: Fence,
): AsyncGenerator<Buffer, void> {
  const lines = fencedLines({ key, mayConnect });
  if (key !== undefined) yield Buffer.from(`\\restrict ${key}\n`);
  let rest: Uint8Array[] = [];
  for await (const chunk of chunks) {
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    if (end > 0) {
      yield* lines(Buffer.concat([...rest, chunk.subarray(0, end)]));
      rest = [];
    }
    if (end < chunk.length) rest.push(chunk.subarray(end));
  }
  if (rest.length > 0) yield* lines(Buffer.concat(rest));
}

/** @returns what becomes of whole lines: pieces of them, as large as can be */
function fencedLines(fence: Fence): (text: Buffer) => Generator<Buffer, void> {
  const line = fencedLine(fence);
  return function* (text) {
    let kept = 0;
    for (let start = 0; start < text.length;) {
      const newline = text.indexOf(NEWLINE, start);
      const end = newline === -1 ? text.length : newline + 1;
      const { before = '', instead } = line(text.subarray(start, newline === -1 ? end : newline));
      if (before !== '' || instead !== undefined) {
        if (start > kept) yield text.subarray(kept, start);
        if (before !== '') yield Buffer.from(before);
        if (instead !== undefined && instead !== '') yield Buffer.from(instead);
        kept = instead === undefined ? start : end;
      }
      start = end;
    }
    if (text.length > kept) yield text.subarray(kept);
  };
}

interface Fenced {
  readonly before?: string;
  readonly instead?: string;
}

/** What becomes of a line. Its reading is set anew where a statement before it may have changed that, and it matters. */
function fencedLine(fence: Fence): (bytes: Buffer) => Fenced {
  const dump = new DumpLines(fence.key === undefined ? ourOnlyFence(fence) : NO_EVENTS);
  let changed = true;
  return (bytes) => {
    const { idle, reading } = dump;
    const command = dump.line(bytes);
    if (command !== undefined) {
      if (!isFence(command)) changed = true;
      const other = insteadOf(command, fence);
      return other === undefined ? {} : { instead: other };
    }
    if (!idle) {
      changed ||= dump.ran;
      return {};
    }
    const text = bytes.toString('latin1');
    if (!fence.mayConnect && dump.idle && isTransactionLine(text)) return { instead: '' };
    const set = changed && !(dump.idle && readsAlike(text));
    changed = dump.ran || (changed && !set);
    return set ? { before: settingOf(reading) } : {};
  };
}

function insteadOf(command: string, { key, mayConnect }: Fence): string | undefined {
  if (isFence(command)) return '';
  if (!mayConnect || !CONNECT.test(command)) return undefined;
  return key === undefined ? `${command}\n` : `\\unrestrict ${key}\n${command}\n\\restrict ${key}\n`;
}

const NO_EVENTS: LexerEvents = {
  statement: () => undefined,
  command: () => undefined,
  comment: () => undefined,
  doubt: () => undefined,
};

/** Where psql has no restricted mode. */
function ourOnlyFence({ mayConnect }: Fence): LexerEvents {
  return {
    ...NO_EVENTS,
    statement: (statement) => {
      if (changesReading(statement) && !saysOldStrings(statement.text)) throw doubtful(statement.text);
    },
    doubt: (text) => {
      throw doubtful(text);
    },
    command: (text, alone) => {
      if (!(alone && (isFence(text) || (mayConnect && CONNECT.test(text))))) throw refused(text);
    },
  };
}

function doubtful(text: string): Failure {
  return new Failure(
    'restore-refused',
    `psql may read the dump otherwise than we do: ${JSON.stringify(text.slice(0, 80))}`,
    { hint: 'Update the client programs: a newer psql runs no command of its own in a dump.' },
  );
}

function refused(command: string): Failure {
  return new Failure(
    'restore-refused',
    `The dump holds a command of psql, which is never run: ${JSON.stringify(command.slice(0, 80))}`,
    { hint: 'Take the line out of the dump if you know what it is for.' },
  );
}
