/** A little shop with a few thousand rows: enough that a dump has a middle. */
import { query } from './postgres-cluster';
import { freshDatabase } from './shared-servers';

const SHOP = `
  CREATE TABLE customer (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL);
  CREATE TABLE invoice (id serial PRIMARY KEY, customer_id int REFERENCES customer, total numeric(10,2));
  CREATE TABLE invoice_line (invoice_id int REFERENCES invoice, line int, what text, PRIMARY KEY (invoice_id, line));
  CREATE TABLE audit_log (at timestamptz DEFAULT now(), what text);
  INSERT INTO customer (name) SELECT 'customer ' || i FROM generate_series(1, 500) i;
  INSERT INTO invoice (customer_id, total) SELECT 1 + i % 500, i * 1.17 FROM generate_series(1, 2000) i;
  INSERT INTO invoice_line SELECT 1 + i % 2000, i, md5(i::text) FROM generate_series(1, 20000) i;
  INSERT INTO audit_log (what) SELECT md5(i::text) FROM generate_series(1, 100) i;
  SELECT lo_from_bytea(0, 'a large object')`;

export async function shopDatabase(major = 15): Promise<string> {
  const url = await freshDatabase(major);
  await query(url, SHOP);
  return url;
}
