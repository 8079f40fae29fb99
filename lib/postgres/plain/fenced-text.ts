/** The text of a plain dump as psql may have it: no command of psql's own in it can run. */
import { randomBytes } from 'node:crypto';
import { Failure } from '../../contract/failure';
import { DumpLines } from './dump-lines';
import { CONNECT, isFence, knowsRestrictedMode } from './psql-commands';

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
 * Opens the restricted mode with a key that the dump cannot know, and takes the dump's own fences out.
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
function fencedLines({ key, mayConnect }: Fence): (text: Buffer) => Generator<Buffer, void> {
  const dump = new DumpLines({
    statement: () => undefined,
    comment: () => undefined,
    command: (text, alone) => {
      const known = alone && (isFence(text) || (mayConnect && CONNECT.test(text)));
      if (!known && key === undefined) throw refused(text);
    },
  });
  const instead = (command: string): string | undefined => {
    if (isFence(command)) return '';
    if (!mayConnect || !CONNECT.test(command)) return undefined;
    return key === undefined ? `${command}\n` : `\\unrestrict ${key}\n${command}\n\\restrict ${key}\n`;
  };
  return function* (text) {
    let kept = 0;
    for (let start = 0; start < text.length;) {
      const newline = text.indexOf(NEWLINE, start);
      const end = newline === -1 ? text.length : newline + 1;
      const command = dump.line(text.subarray(start, newline === -1 ? end : newline));
      const other = command === undefined ? undefined : instead(command);
      if (other !== undefined) {
        if (start > kept) yield text.subarray(kept, start);
        if (other !== '') yield Buffer.from(other);
        kept = end;
      }
      start = end;
    }
    if (text.length > kept) yield text.subarray(kept);
  };
}

function refused(command: string): Failure {
  return new Failure(
    'restore-refused',
    `The dump holds a command of psql, which is never run: ${JSON.stringify(command.slice(0, 80))}`,
    { hint: 'Take the line out of the dump if you know what it is for.' },
  );
}
