/** What every place of documents promises (lib/runtime/documents.ts), as tests. */
import { randomBytes } from 'node:crypto';
import type { Documents } from '../../lib/runtime/documents';

/** Largest document of the tested ones. */
export const MOST_BYTES = 300_000;

/** @param leftovers what writing left behind besides the documents */
export function describeDocuments(
  name: string,
  make: () => Promise<{ readonly documents: Documents; leftovers(): Promise<string[]> }>,
): void {
  describe(`${name} keeps the contract of documents`, () => {
    let tested: Awaited<ReturnType<typeof make>>;
    let documents: Documents;
    beforeAll(async () => {
      tested = await make();
      ({ documents } = tested);
    });
    afterEach(async () => {
      expect(await tested.leftovers()).toEqual([]);
    });

    test('what was never written is not there', async () => {
      expect(await documents.read('index/none.json')).toBeUndefined();
      await documents.write('index/some.json', Buffer.from('x'), 'application/json');
      expect(await documents.read('index')).toBeUndefined();
    });

    test.each([0, 1, MOST_BYTES])('%i bytes come back as they were written', async (size) => {
      const body = randomBytes(size);
      await documents.write(`status/${size}`, body, 'text/html; charset=utf-8');
      expect((await documents.read(`status/${size}`))?.equals(body)).toBe(true);
    });

    test('a document is written over, also by a shorter one', async () => {
      for (const text of ['the first, which is longer', 'second', '']) {
        await documents.write('over', Buffer.from(text), 'text/plain');
        expect((await documents.read('over'))?.toString()).toBe(text);
      }
    });

    test('of writers at once one wins, and whoever reads meanwhile gets a whole document', async () => {
      const bodies = Array.from({ length: 8 }, (_, index) => Buffer.alloc(100_000, index));
      const read = async () => {
        const body = await documents.read('race');
        return body === undefined || bodies.some((one) => one.equals(body));
      };
      const writes = bodies.map((body) => documents.write('race', body, 'text/plain'));
      const [reads] = await Promise.all([Promise.all(bodies.map(read)), ...writes]);
      expect([...reads, await read()]).not.toContain(false);
      expect(await documents.read('race')).toHaveLength(100_000);
    });

    test('more than a document may have is not read', async () => {
      await documents.write('large', Buffer.alloc(MOST_BYTES + 1), 'text/plain');
      await expect(documents.read('large')).rejects.toMatchObject({
        kind: 'stored-data-faulty',
        message: expect.stringContaining(`more than ${MOST_BYTES} bytes`) as string,
      });
    });

    test.each([
      '',
      '../x',
      '/x',
      'a//b',
      'manifests/postgres/shop/x.json',
      'points/x',
      'evidence/x',
      'audit/x',
    ])('%j is no key of a document', async (key) => {
      const refused = { kind: 'store-failed', message: expect.stringContaining('is no ') as string };
      await expect(documents.read(key)).rejects.toMatchObject(refused);
      await expect(documents.write(key, Buffer.from('x'), 'text/plain')).rejects.toMatchObject(refused);
    });
  });
}
