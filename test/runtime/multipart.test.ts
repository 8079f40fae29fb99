import { PartBuffers } from '../../lib/runtime/part-buffers';
import { sendObject, type MultipartRequests } from '../../lib/runtime/multipart';

const MIB = 1024 * 1024;

async function* megabytes(count: number): AsyncGenerator<Uint8Array> {
  for (let sent = 0; sent < count; sent++) yield await Promise.resolve(Buffer.alloc(MIB, 'x'));
}

/** A store that remembers what it was asked, and refuses one part. */
function storeThatRefuses(refused: number) {
  const asked: string[] = [];
  const answer = async (what: string) => {
    asked.push(what);
    await Promise.resolve();
  };
  const requests: MultipartRequests<number> = {
    putWhole: () => answer('put'),
    begin: async () => {
      await answer('begin');
      return 'upload';
    },
    putPart: async (_, number) => {
      await answer(`part ${number}`);
      if (number === refused) throw new Error(`part ${number} was refused`);
      return number;
    },
    complete: (_, parts) => answer(`complete ${parts.join(' ')}`),
    abort: () => answer('abort'),
  };
  return { asked, requests };
}

async function send(refused: number, source: AsyncIterable<Uint8Array> = megabytes(20)) {
  const { asked, requests } = storeThatRefuses(refused);
  const failed = new AbortController();
  const sending = {
    signal: failed.signal,
    fail: (reason: unknown) => {
      failed.abort(reason);
    },
    estimatedBytes: 0,
    buffers: new PartBuffers(),
  };
  const outcome = await sendObject(source, requests, sending).then(
    () => 'sent',
    (error: unknown) => (error as Error).message,
  );
  return { outcome, asked };
}

test('an object of several parts is completed with all of them, in order', async () => {
  const { outcome, asked } = await send(0);
  expect(outcome).toBe('sent');
  expect(asked.at(0)).toBe('begin');
  expect(asked.at(-1)).toBe('complete 1 2 3');
});

test.each([1, 2, 3])('when part %i of 3 is refused nothing is completed', async (refused) => {
  const { outcome, asked } = await send(refused);
  expect(outcome).toBe(`part ${refused} was refused`);
  expect(asked.filter((what) => what.startsWith('complete'))).toEqual([]);
  expect(asked.at(-1)).toBe('abort');
});

test('when the source breaks off nothing is completed', async () => {
  async function* broken() {
    yield* megabytes(9);
    throw new Error('pg_dump exited with 1');
  }
  const { outcome, asked } = await send(0, broken());
  expect(outcome).toBe('pg_dump exited with 1');
  expect(asked.at(-1)).toBe('abort');
});
