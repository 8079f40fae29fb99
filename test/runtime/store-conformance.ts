/** What every store promises (lib/runtime/store.ts), as tests. */
import { createHash, randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';
import { Failure } from '../../lib/contract/failure';
import { StoreKeyExists, type ListedObject, type ListOptions, type Store } from '../../lib/runtime/store';

export interface TestedStore {
  readonly store: Store;
  /** What failed or unfinished puts left behind: uploads, temporary files. */
  leftovers(): Promise<string[]>;
  /** Places a delete marker; absent where the store knows none. */
  readonly hide?: (key: string) => Promise<void>;
  /** What no store does: other bytes at the same key. */
  overwrite(key: string, bytes: Buffer): Promise<void>;
}

const MIB = 1024 * 1024;
/** Of an S3 part; a directory store has none and must cope with the same sizes. */
export const PART_BYTES = 8 * MIB;

export async function* inChunks(bytes: Uint8Array, chunkBytes = 64 * 1024): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.byteLength; from += chunkBytes) {
    yield await Promise.resolve(bytes.subarray(from, from + chunkBytes));
  }
}

/** Ends badly after some bytes, like the output of a dump that fails. */
export async function* failingAfter(bytes: number, error: Error): AsyncGenerator<Uint8Array> {
  yield* inChunks(randomBytes(bytes));
  throw error;
}

/** Gives some bytes and then never anything again; says so once somebody waits for more. */
export async function* hangingAfter(
  bytes: number,
  onHang: () => void = () => undefined,
): AsyncGenerator<Uint8Array> {
  yield* inChunks(randomBytes(bytes));
  setImmediate(onHang);
  await new Promise(() => undefined);
}

export async function listed(store: Store, prefix: string, options?: ListOptions): Promise<ListedObject[]> {
  const objects = [];
  for await (const object of store.list(prefix, options)) objects.push(object);
  return objects;
}

export async function read(store: Store, key: string): Promise<Buffer> {
  return buffer(await store.get(key));
}

/** Of bytes, computed another way than the store does. */
function digestsOf(bytes: Uint8Array) {
  return {
    bytes: bytes.byteLength,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    crc32: crc32(bytes).toString(16).padStart(8, '0'),
  };
}

export function describeStore(name: string, makeStore: () => Promise<TestedStore>): void {
  describe(`${name} keeps the contract of a store`, () => {
    let tested: TestedStore;
    let store: Store;
    beforeAll(async () => {
      tested = await makeStore();
      store = tested.store;
    });
    afterEach(async () => {
      expect(await tested.leftovers()).toEqual([]);
    });
    afterAll(() => store.close());

    test.each([0, 1, PART_BYTES, PART_BYTES + 1, 20 * MIB])(
      'an object of %i bytes comes back as it was, with the right digests',
      async (size) => {
        const bytes = randomBytes(size);
        const key = `sizes/${size}`;
        const progress: number[] = [];
        const file = await store.put(key, inChunks(bytes), { onBytes: (taken) => progress.push(taken) });
        expect(file).toEqual({ key, ...digestsOf(bytes) });
        expect(progress.at(-1) ?? 0).toBe(size);
        expect((await read(store, key)).equals(bytes)).toBe(true);
        const state = await store.head(key);
        expect(state).toMatchObject({ key, bytes: size, hidden: false, legalHold: false });
        expect([file.crc32, undefined]).toContain(state?.crc32);
        expect(state?.lockedUntil !== undefined).toBe(await store.locks());
      },
    );

    test('a body may use one buffer again and again', async () => {
      const bytes = randomBytes(PART_BYTES + 3 * MIB);
      const reused = async function* () {
        const chunk = Buffer.alloc(MIB);
        for (let from = 0; from < bytes.byteLength; from += MIB) {
          bytes.copy(chunk, 0, from);
          yield await Promise.resolve(chunk);
          chunk.fill(0);
        }
      };
      expect(await store.put('reused', reused())).toMatchObject(digestsOf(bytes));
      expect(bytes.equals(await read(store, 'reused'))).toBe(true);
    });

    test('a body may be plain bytes', async () => {
      const bytes = randomBytes(100);
      expect(await store.put('plain', bytes)).toMatchObject(digestsOf(bytes));
      expect((await read(store, 'plain')).equals(bytes)).toBe(true);
    });

    test.each([10, 9 * MIB])('a key of %i bytes is never overwritten', async (size) => {
      const key = `once/${size}`;
      const first = randomBytes(size);
      await store.put(key, inChunks(first));
      const again = store.put(key, inChunks(randomBytes(size)));
      await expect(again).rejects.toThrow(StoreKeyExists);
      await expect(again).rejects.toMatchObject({ kind: 'store-failed', key });
      expect((await read(store, key)).equals(first)).toBe(true);
    });

    test.each([10, 9 * MIB])('of two writers of one key (%i bytes) exactly one wins', async (size) => {
      const key = `race/${size}`;
      const bodies = [randomBytes(size), randomBytes(size)];
      const outcomes = await Promise.allSettled(bodies.map((body) => store.put(key, inChunks(body))));
      expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      const winner = bodies[outcomes.findIndex(({ status }) => status === 'fulfilled')]!;
      expect((await read(store, key)).equals(winner)).toBe(true);
    });

    test.each([0, 1000, 12 * MIB])(
      'a body that fails after %i bytes leaves nothing, and its error comes through',
      async (size) => {
        const error = new Failure('dump-failed', 'pg_dump ended with 1');
        await expect(store.put(`failing/${size}`, failingAfter(size, error))).rejects.toBe(error);
        expect(await store.head(`failing/${size}`)).toBeUndefined();
        expect(await listed(store, 'failing/')).toEqual([]);
      },
    );

    test.each([0, 1000, 12 * MIB])(
      'an abort ends a put at once, even while its body (%i bytes) hangs, and leaves nothing',
      async (size) => {
        const stop = new AbortController();
        const reason = new Failure('stopped', 'SIGTERM');
        const body = hangingAfter(size, () => {
          stop.abort(reason);
        });
        const put = store.put(`stopped/${size}`, body, { signal: stop.signal });
        await expect(put).rejects.toBe(reason);
        expect(await listed(store, 'stopped/')).toEqual([]);
      },
    );

    test('a put under a signal that was raised before takes nothing', async () => {
      const reason = new Failure('stopped', 'SIGTERM');
      const put = store.put('never', randomBytes(10), { signal: AbortSignal.abort(reason) });
      await expect(put).rejects.toBe(reason);
      expect(await store.head('never')).toBeUndefined();
    });

    test('an abort ends a get with its reason', async () => {
      await store.put('long', inChunks(randomBytes(20 * MIB)));
      const stop = new AbortController();
      const reason = new Failure('stopped', 'SIGTERM');
      const stream = await store.get('long', { signal: stop.signal });
      const reading = (async () => {
        for await (const chunk of stream) {
          if (chunk instanceof Uint8Array) stop.abort(reason);
        }
      })();
      await expect(reading).rejects.toBe(reason);
    });

    test('what is not there is undefined for head and a failure for get', async () => {
      await store.put('there/is', randomBytes(1));
      for (const key of ['nothing', 'there', 'there/i', 'there/is/not']) {
        expect(await store.head(key)).toBeUndefined();
        await expect(store.get(key)).rejects.toMatchObject({ kind: 'store-failed' });
      }
      expect(await listed(store, 'not/there/')).toEqual([]);
    });

    test('strange keys are kept apart', async () => {
      const names = [
        'a b',
        "it's",
        'say "x"',
        'ü€😀',
        '1+1',
        '100%',
        '%2F',
        'a=b&c',
        '#1',
        'a?b',
        '~!@$^*()[]{}|;,<>',
      ];
      const keys = names.map((name) => `strange/${name}/${name}`);
      for (const key of keys) await store.put(key, Buffer.from(key));
      for (const key of keys) expect((await read(store, key)).toString()).toBe(key);
      for (const key of keys) expect((await store.head(key))?.key).toBe(key);
      expect((await listed(store, 'strange/')).map(({ key }) => key)).toEqual(inKeyOrder(keys));
    });

    test.each(['', '/etc/passwd', '../outside', 'a/../../outside', 'a/./b', 'a//b', 'a/', 'nul\0', 'a\\b'])(
      'the key %j is refused',
      async (key) => {
        const refused = { kind: 'store-failed', message: expect.stringContaining('is no key') as string };
        await expect(store.put(key, randomBytes(1))).rejects.toMatchObject(refused);
        await expect(store.get(key)).rejects.toMatchObject(refused);
        await expect(store.head(key)).rejects.toMatchObject(refused);
      },
    );

    test('a key of more than 1024 bytes is refused', async () => {
      await expect(store.put('ü'.repeat(513), randomBytes(1))).rejects.toMatchObject({
        kind: 'store-failed',
      });
    });

    test('a listing goes on over a thousand keys, in the order of their bytes, each once', async () => {
      const keys = Array.from({ length: 1203 }, (_, index) => {
        const separator = ['/', '-', '.', '😀', '～'][index % 5] ?? '';
        return `many/${index % 7}${separator}n/${index}`;
      });
      for (let from = 0; from < keys.length; from += 16) {
        await Promise.all(keys.slice(from, from + 16).map((key) => store.put(key, Buffer.from(key))));
      }
      const objects = await listed(store, 'many/');
      expect(objects.map(({ key }) => key)).toEqual(inKeyOrder(keys));
      for (const { key, bytes, hidden } of objects) {
        expect({ bytes, hidden }).toEqual({ bytes: Buffer.byteLength(key), hidden: false });
      }
      expect((await listed(store, 'many/0-n/1')).map(({ key }) => key)).toEqual(
        inKeyOrder(keys.filter((key) => key.startsWith('many/0-n/1'))),
      );
    });

    test('a listing begins after a key, whether it is there or not', async () => {
      const keys = inKeyOrder([
        'after/a',
        'after/b.c',
        'after/b/c',
        'after/b/d',
        'after/b0',
        'after/😀',
        'after/～',
      ]);
      for (const key of keys) await store.put(key, Buffer.from(key));
      const between = [
        'after/a!',
        'after/b',
        'after/b/',
        'after/b/cc',
        'after/b/e',
        'a',
        'after/',
        'afterwards',
        '',
        'z',
      ];
      for (const after of [...keys, ...between]) {
        const wanted = keys.filter((key) => Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0);
        expect((await listed(store, 'after/', { after })).map(({ key }) => key)).toEqual(wanted);
      }
      expect((await listed(store, 'after/b/', { after: 'after/b/c' })).map(({ key }) => key)).toEqual([
        'after/b/d',
      ]);
    });

    test('a listing that begins after a key of many versions has none of them', async () => {
      await store.put('versions/a', Buffer.from('a'));
      await store.put('versions/b', Buffer.from('b'));
      await tested.hide?.('versions/a');
      await tested.hide?.('versions/b');
      expect((await listed(store, 'versions/', { after: 'versions/a' })).map(({ key }) => key)).toEqual([
        'versions/b',
      ]);
      expect(await listed(store, 'versions/', { after: 'versions/b' })).toEqual([]);
    });

    test.each([10, 9 * MIB])(
      'an object of %i bytes goes into a storage class and comes back',
      async (size) => {
        const bytes = randomBytes(size);
        await store.put(`class/${size}`, inChunks(bytes), { storageClass: 'STANDARD_IA' });
        expect((await read(store, `class/${size}`)).equals(bytes)).toBe(true);
      },
    );

    test('a version is of those very bytes: the same as long as they are there, another one after them', async () => {
      const versions = async () => {
        const objects = await listed(store, 'version/');
        expect((await store.head('version/a'))?.version).toBe(objects[0]?.version);
        return objects.map(({ version }) => version);
      };
      await store.put('version/a', Buffer.from('one'));
      await store.put('version/b', Buffer.from('one'));
      const [a, b] = await versions();
      expect(a).not.toBe(b);
      await tested.hide?.('version/b');
      expect(await versions()).toEqual([a, b]);
      await tested.overwrite('version/a', Buffer.from('two'));
      const [changed, untouched] = await versions();
      expect(changed).not.toBe(a);
      expect(untouched).toBe(b);
    });

    test('a delete marker hides nothing', async () => {
      const { hide } = tested;
      const hidden = hide !== undefined;
      await store.put('hidden/one', Buffer.from('still here'));
      await store.put('hidden/two', Buffer.from('also'));
      await hide?.('hidden/one');
      expect(await listed(store, 'hidden/')).toMatchObject([
        { key: 'hidden/one', bytes: 10, hidden },
        { key: 'hidden/two', bytes: 4, hidden: false },
      ]);
      expect(await store.head('hidden/one')).toMatchObject({ bytes: 10, hidden });
      expect((await read(store, 'hidden/one')).toString()).toBe('still here');
    });
  });
}

function inKeyOrder(keys: string[]): string[] {
  return keys
    .map((key) => Buffer.from(key))
    .sort((a, b) => Buffer.compare(a, b))
    .map(String);
}
