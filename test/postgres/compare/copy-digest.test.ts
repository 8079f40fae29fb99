import { Failure } from '../../../lib/contract/failure';
import { compareDigests } from '../../../lib/postgres/compare/compare-digests';
import { digestCopyBlocks, type DumpDigest } from '../../../lib/postgres/compare/copy-digest';
import { parseSequenceSets } from '../../../lib/postgres/compare/sequence-sets';
import { plainData } from '../../support/awkward-database';
import { query } from '../../support/postgres-cluster';
import { freshDatabase } from '../../support/shared-servers';

async function* inPieces(text: string, bytes: number): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.from(text);
  for (let at = 0; at < buffer.length; at += bytes) {
    yield await Promise.resolve(buffer.subarray(at, at + bytes));
  }
}

const digestOf = (text: string, like?: DumpDigest) => digestCopyBlocks(inPieces(text, 65_536), like);
const entry = (type: string) => `--\n-- Name: any; Type: ${type}; Schema: public; Owner: -\n--\n\n`;
const block = (rows: readonly string[], header = 'COPY public.t (a, b) FROM stdin;') =>
  `${entry('TABLE DATA')}${[header, ...rows, '\\.'].join('\n')}\n\n\n`;

const DUMP = `SET client_encoding = 'UTF8';
${block(['1\t\\N', '2\tä', '3\t\\\\.', '4\tCOPY public.x (a) FROM stdin;'])}
${block(['', ''], 'COPY "Sales & Co"."no ""columns"""  FROM stdin;')}
${block(["SELECT pg_catalog.setval('public.not_me', 5, true);"], 'COPY public.u ("b, c", "d.e") FROM stdin;')}
${entry('SEQUENCE SET')}SELECT pg_catalog.setval('public.t_id_seq', 42, true);
SELECT pg_catalog.setval('"Sales & Co"."It''s ""odd"""', -1, false);
${entry('BLOBS')}BEGIN;
SELECT pg_catalog.lo_open('4711', 131072);
SELECT pg_catalog.lowrite(0, '\\x00ff');
SELECT pg_catalog.lo_close(0);
COMMIT;
`;

test('a dump is the same whatever the chunks that it comes in', async () => {
  const whole = await digestOf(DUMP);
  for (const bytes of [1, 2, 3, 7, 64]) expect(await digestCopyBlocks(inPieces(DUMP, bytes))).toEqual(whole);
  expect([...whole.tables].map(([name, { rows, columns }]) => [name, rows, columns])).toEqual([
    ['"public"."t"', 4, ['a', 'b']],
    ['"Sales & Co"."no ""columns"""', 2, []],
    ['"public"."u"', 1, ['b, c', 'd.e']],
  ]);
  expect(whole.largeObjects.rows).toBe(1);
  expect([...whole.sequences]).toEqual([
    ['"public"."t_id_seq"', { value: 42n, called: true }],
    [`"Sales & Co"."It's ""odd"""`, { value: -1n, called: false }],
  ]);
});

test('a dump that ends in the middle of a table is refused', async () => {
  const cut = DUMP.slice(0, DUMP.indexOf('3\t'));
  const error = await digestOf(cut).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Failure);
  expect((error as Failure).message).toContain('"public"."t"');
});

test('an error of the program that writes the dump is passed on', async () => {
  const failing = async function* () {
    yield* inPieces(DUMP, 100);
    throw new Error('exit 1');
  };
  await expect(digestCopyBlocks(failing())).rejects.toThrow('exit 1');
});

const found = async (before: string, after: string) => {
  const expected = await digestOf(before);
  return compareDigests(expected, await digestOf(after, expected)).map(
    ({ subject, text }) => `${subject} ${text}`,
  );
};

test('rows in another order are equal', async () => {
  expect(await found(block(['1\ta', '2\tb', '3\tc']), block(['3\tc', '1\ta', '2\tb']))).toEqual([]);
});

test('columns in another order are equal where the values are', async () => {
  const other = 'COPY public.t (b, a) FROM stdin;';
  expect(await found(block(['1\t\\N', '2\tä']), block(['ä\t2', '\\N\t1'], other))).toEqual([]);
  expect(await found(block(['1\t2']), block(['1\t2'], other))).toEqual([
    'table public.t holds other values than in the backup, in as many rows',
  ]);
});

test.each([
  ['a value', ['1\ta'], ['1\tb'], 'holds other values than in the backup, in as many rows'],
  [
    'NULL and the empty string',
    ['1\t\\N'],
    ['1\t'],
    'holds other values than in the backup, in as many rows',
  ],
  [
    'pairs, which XOR would cancel',
    ['1\ta', '1\ta'],
    ['2\tb', '2\tb'],
    'holds other values than in the backup, in as many rows',
  ],
  ['a missing row', ['1\ta', '2\tb'], ['1\ta'], 'has 1 rows, has 2 in the backup'],
  ['all rows', ['1\ta'], [], 'has 0 rows, has 1 in the backup'],
])('%s makes a difference', async (_, before, after, text) => {
  expect(await found(block(before), block(after))).toEqual([`table public.t ${text}`]);
});

test('another column makes a difference, an empty table more or less does not', async () => {
  expect(await found(block(['1\ta']), block(['1\ta'], 'COPY public.t (a, c) FROM stdin;'))).toEqual([
    'table public.t values were not compared: columns are a, c; were a, b',
  ]);
  expect(await found(block([]), '')).toEqual([]);
});

test("a byte of a large object and the object's id make a difference", async () => {
  expect(await found(DUMP, DUMP.replace('00ff', '00fe'))).toEqual([
    'large objects hold other bytes than in the backup',
  ]);
  expect(await found(DUMP, DUMP.replace("lo_open('4711'", "lo_open('4712'"))).toHaveLength(1);
});

test('the sequences of a real dump are those of the database', async () => {
  const url = await freshDatabase();
  await query(
    url,
    `CREATE SEQUENCE "It's ""odd"" \\ é" START 7; CREATE SEQUENCE used; SELECT setval('used', 12345678901234)`,
  );
  const sequences = [
    [`"public"."It's ""odd"" \\ é"`, { value: 7n, called: false }],
    ['"public"."used"', { value: 12345678901234n, called: true }],
  ];
  const chunks: Uint8Array[] = [];
  for await (const chunk of plainData(url)) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  expect([...parseSequenceSets(text)].sort()).toEqual(sequences);
  expect([...(await digestOf(text)).sequences].sort()).toEqual(sequences);
});
