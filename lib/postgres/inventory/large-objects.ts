/**
 * Large objects, read through the functions that pg_dump uses: pg_largeobject itself is for superusers. Holes read as
 * zeros, so a sparse object equals its restored, filled twin.
 */
import type { Client } from 'pg';
import type { Inventory } from '../../contract/inventory';
import { laneSums, readSums } from './table-query';

const INV_READ = 0x40000;
const FROM_END = 2;
const PIECE_BYTES = 1024 * 1024;

// OFFSET 0 keeps the planner from opening an object once per use of its descriptor.
const SIZES = `
  SELECT o.oid, o.bytes, lo_close(o.fd) FROM (
    SELECT d.oid, d.fd, lo_lseek64(d.fd, 0, ${FROM_END}) AS bytes FROM (
      SELECT m.oid, lo_open(m.oid, ${INV_READ}) AS fd FROM pg_largeobject_metadata m OFFSET 0
    ) d OFFSET 0
  ) o OFFSET 0`;

const COUNT = `SELECT count(*)::text AS count, coalesce(sum(bytes), 0)::text AS bytes FROM (${SIZES}) sizes`;

const HASH = `
  SELECT ${laneSums('pieces.digest', 'content')} FROM (
    SELECT encode(sha256(int8send(sizes.oid::bigint) || int8send(piece)
           || lo_get(sizes.oid, piece * ${PIECE_BYTES}, ${PIECE_BYTES})), 'hex') AS digest
      FROM (${SIZES}) sizes, generate_series(0, greatest(sizes.bytes - 1, 0) / ${PIECE_BYTES}) AS piece
    OFFSET 0
  ) pieces`;

/** Needs SELECT on every large object, as the dump does. */
export async function inventoryOfLargeObjects(
  client: Client,
  withContent: boolean,
): Promise<Inventory['largeObjects']> {
  const counted = await client.query<{ count: string; bytes: string }>(COUNT);
  const { count = '0', bytes = '0' } = counted.rows[0] ?? {};
  const totals = { count: Number(count), bytes: Number(bytes) };
  if (!withContent) return totals;
  const hashed = await client.query<Record<string, unknown>>(HASH);
  return { ...totals, sums: readSums(hashed.rows[0] ?? {}, 'content') };
}
