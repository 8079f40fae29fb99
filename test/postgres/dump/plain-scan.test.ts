import { PlainScan, unquotedName } from '../../../lib/postgres/dump/plain-scan';

const DUMP = `--
-- PostgreSQL database dump
--

CREATE FUNCTION public.f() RETURNS text LANGUAGE sql AS $$
COPY public.not_a_table (a) FROM stdin;
$$;

--
-- Data for Name: invoice; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.invoice (id, note) FROM stdin;
1	COPY public.inside (a) FROM stdin;
2	-- PostgreSQL database dump complete
\\.


--
-- Data for Name: empty; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.empty (a) FROM stdin;
\\.


--
-- Data for Name: My "Table"; Type: TABLE DATA; Schema: my schema; Owner: -
--

COPY "my schema"."My ""Table""" ("A b") FROM stdin;
\\.


--
-- PostgreSQL database dump complete
--
`;

function scan(text: string, chunkBytes: number): PlainScan {
  const scanned = new PlainScan('UTF8');
  const bytes = Buffer.from(text);
  for (let start = 0; start < bytes.length; start += chunkBytes) {
    scanned.push(bytes.subarray(start, start + chunkBytes));
  }
  return scanned;
}

test.each([1, 2, 3, 7, 64, 100_000])('tables and end are found in chunks of %d bytes', (chunkBytes) => {
  const scanned = scan(DUMP, chunkBytes);
  expect(scanned.complete).toBe(true);
  expect([...scanned.tables]).toEqual(['public\0invoice', 'public\0empty', 'my schema\0My "Table"']);
});

test('a dump cut anywhere is not complete', () => {
  for (let length = 0; length < DUMP.lastIndexOf('complete') + 'complete'.length; length += 5) {
    expect(scan(DUMP.slice(0, length), 64).complete).toBe(false);
  }
});

test.each([
  ['public.t', 'public\0t'],
  ['"public"."t"', 'public\0t'],
  ['"a.b"."c""d"', 'a.b\0c"d'],
])('%s is one table however it is quoted', (qualified, name) => {
  expect(unquotedName(qualified)).toBe(name);
});
