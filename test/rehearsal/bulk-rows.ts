/** Bulk rows for the tables of the awkward schema: wide, of every type, neither trivial to compress nor random. */

export interface BulkRows {
  readonly table: string;
  /** Share of the database's bytes. */
  readonly share: number;
  /** What one row takes with its index entries. */
  readonly rowBytes: number;
  /** After `INSERT INTO table`; `i` is the number of the row, from 1_000_000 on. */
  readonly columns: string;
  readonly values: string;
}

/** Hexadecimal digits, of which no two rows share any: half of their bytes cannot be compressed. */
const digits = (count: number) =>
  Array.from({ length: count }, (_, n) => `encode(sha512((i * 16 + ${n})::text::bytea), 'hex')`).join(' || ');

/** As an application writes it: the same words again and again, with other figures. */
const prose = (times: number) => `repeat(' Order ' || i % 9973 || ' was paid and sent;', ${times})`;

const PAYLOAD = `jsonb_build_object('order', i, 'paid', i % 3 = 0, 'tags', jsonb_build_array('a', i % 7, NULL),
  'token', ${digits(2)}, 'history', ${prose(8)})`;

export const BULK_ROWS: readonly BulkRows[] = [
  {
    table: 'wide_text',
    share: 0.16,
    rowBytes: 1660,
    columns: 'id, body',
    values: `i, ${digits(6)} || ${prose(20)}`,
  },
  {
    table: 'event',
    share: 0.1,
    rowBytes: 780,
    columns: 'at, region, payload',
    values: `timestamptz '2025-01-01 06:00+00' + (i % 360) * interval '1 day', 'us', ${PAYLOAD}`,
  },
  {
    table: 'event',
    share: 0.1,
    rowBytes: 780,
    columns: 'at, region, payload',
    values: `timestamptz '2026-01-01 06:00+00' + (i % 360) * interval '1 day', (ARRAY['eu', 'uk'])[1 + i % 2], ${PAYLOAD}`,
  },
  {
    table: 'event',
    share: 0.09,
    rowBytes: 780,
    columns: 'at, region, payload',
    values: `timestamptz '2026-01-01 06:00+00' + (i % 360) * interval '1 day', 'us', ${PAYLOAD}`,
  },
  {
    table: 'session',
    share: 0.1,
    rowBytes: 960,
    columns: 'token, data',
    values: `md5(i::text), ${Array.from({ length: 12 }, (_, n) => `sha512((i * 16 + ${n})::text::bytea)`).join(' || ')}`,
  },
  {
    table: 'by_hash',
    share: 0.12,
    rowBytes: 770,
    columns: 'id, v',
    values: `i, ${digits(3)} || ${prose(11)}`,
  },
  {
    table: 'by_name',
    share: 0.1,
    rowBytes: 690,
    columns: 'name, n',
    values: `chr(97 + (i % 26)::integer) || ${digits(2)} || ${prose(12)}, i`,
  },
  {
    table: 'odd_values',
    share: 0.08,
    rowBytes: 720,
    columns: 'id, f8, n, i, tz, m, b, j, r, mr, tsv, ip, p, u, comp, grid, fr',
    values: `i, i / 7.0, i * 1.10, i * interval '1 second', timestamptz '2026-01-01' + i * interval '1 minute', i % 999,
      sha512(i::text::bytea), to_json(${digits(2)}), int4range(i::integer, i::integer + 5),
      int4multirange(int4range(1, 3), int4range(7, i::integer)), to_tsvector('simple', 'order ' || i), '10.0.0.1/8', point(i, -i),
      md5(i::text)::uuid, ROW(i % 1000, 'EUR')::money_amount, ARRAY[[1, i], [3, 4]], float_range(i, i + 0.5)`,
  },
  {
    table: '"Order ""Details"" é"',
    share: 0.06,
    rowBytes: 760,
    columns: '"select", "Spalte mit Leerzeichen", "a.b"',
    values: `i, ${digits(3)} || E'\\tä\\n\\\\' || ${prose(9)}, 'x''' || i`,
  },
  {
    table: '"Sales & Co"."Übersicht"',
    share: 0.05,
    rowBytes: 590,
    columns: 'a',
    values: `${digits(2)} || ${prose(9)}`,
  },
  {
    table: 'cat',
    share: 0.05,
    rowBytes: 590,
    columns: 'name, owner, weight',
    values: `'Tom ' || i, ${digits(2)} || ${prose(8)}, i % 100`,
  },
  {
    table: 'customer',
    share: 0.02,
    rowBytes: 570,
    columns: 'name, email, login, mood, tags, settings, born, discount, kind, priority',
    values: `'Zoë ' || i, 'z' || i || '@example.com', 'Login' || i, 'meh', ARRAY['a', NULL, 'x y ' || i],
      jsonb_build_object('theme', i % 5, 'text', ${prose(8)}), date '1950-01-01' + (i % 20000)::integer, i % 100,
      (ARRAY['person', 'company', 'other'])[1 + i % 3], 1 + i % 5`,
  },
];
