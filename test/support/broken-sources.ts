/**
 * Databases that work every day and whose dumps do not load: the commonest real reasons, each made the way it comes
 * about in production.
 */

export interface BrokenSource {
  /** What is wrong at the source; the end of a test's title. */
  readonly fault: string;
  readonly sql: string;
  /** PostgreSQL's own words. */
  readonly message: RegExp;
  /** What to do at the source. */
  readonly advice: RegExp;
  /** What the advice comes to, done by hand. */
  readonly mend: string;
  /** Of the restore. @default - 2 */
  readonly jobs?: number;
}

/** Each is made and mended by a superuser, on a connection of its own. */
export const BROKEN_SOURCES: readonly BrokenSource[] = [
  {
    fault: 'a row whose parent was deleted while triggers were off',
    sql: `CREATE TABLE customer (id int PRIMARY KEY); INSERT INTO customer VALUES (1), (2);
      CREATE TABLE invoice (id int, customer_id int REFERENCES customer); INSERT INTO invoice VALUES (7, 1), (8, 2);
      SET session_replication_role = replica; DELETE FROM customer WHERE id = 2`,
    mend: 'DELETE FROM invoice WHERE customer_id = 2',
    message: /violates foreign key constraint "invoice_customer_id_fkey"/,
    advice:
      /public\.invoice .*NOT EXISTS \(SELECT FROM public\.customer p WHERE \(p\.id\) = \(c\.customer_id\)\).*VALIDATE CONSTRAINT invoice_customer_id_fkey/,
  },
  {
    fault: 'a foreign key that was declared valid by hand',
    sql: `CREATE TABLE "Customer" (id int PRIMARY KEY); CREATE TABLE "Invoice" (customer_id int);
      INSERT INTO "Invoice" VALUES (9);
      ALTER TABLE "Invoice" ADD CONSTRAINT "Owner of" FOREIGN KEY (customer_id) REFERENCES "Customer" NOT VALID;
      UPDATE pg_constraint SET convalidated = true WHERE conname = 'Owner of'`,
    mend: `ALTER TABLE "Invoice" DROP CONSTRAINT "Owner of";
      ALTER TABLE "Invoice" ADD CONSTRAINT "Owner of" FOREIGN KEY (customer_id) REFERENCES "Customer" NOT VALID`,
    message: /violates foreign key constraint "Owner of"/,
    advice: /public\."Invoice" .*VALIDATE CONSTRAINT "Owner of"/,
  },
  {
    fault: 'duplicates below a damaged primary key',
    sql: `CREATE TABLE account (id int PRIMARY KEY, name text); INSERT INTO account VALUES (1, 'a');
      UPDATE pg_index SET indisready = false, indisvalid = false WHERE indexrelid = 'account_pkey'::regclass;
      INSERT INTO account VALUES (1, 'b');
      UPDATE pg_index SET indisready = true, indisvalid = true WHERE indexrelid = 'account_pkey'::regclass`,
    mend: `DELETE FROM account WHERE name = 'b'; REINDEX INDEX account_pkey`,
    message: /could not create unique index "account_pkey"/,
    advice: /public\.account .*SELECT id, count.*REINDEX INDEX CONCURRENTLY .*account_pkey/,
  },
  {
    fault: 'duplicates below a damaged unique index',
    sql: `CREATE TABLE account (mail text); CREATE UNIQUE INDEX by_mail ON account (lower(mail));
      UPDATE pg_index SET indisready = false WHERE indexrelid = 'by_mail'::regclass;
      INSERT INTO account VALUES ('Ada@example.com'), ('ada@example.com');
      UPDATE pg_index SET indisready = true WHERE indexrelid = 'by_mail'::regclass`,
    mend: `DELETE FROM account WHERE mail = 'Ada@example.com'; REINDEX INDEX by_mail`,
    message: /could not create unique index "by_mail"/,
    advice: /public\.account .*SELECT lower\(mail\), count.*REINDEX INDEX CONCURRENTLY .*by_mail/,
  },
  {
    fault: 'rows that overlap below a damaged exclusion constraint',
    sql: `CREATE TABLE booking (during int4range, EXCLUDE USING gist (during WITH &&));
      UPDATE pg_index SET indisready = false WHERE indrelid = 'booking'::regclass;
      INSERT INTO booking VALUES ('[1,5)'), ('[4,9)');
      UPDATE pg_index SET indisready = true WHERE indrelid = 'booking'::regclass`,
    mend: `SET enable_indexscan = off; SET enable_bitmapscan = off; DELETE FROM booking WHERE during = '[4,9)'; REINDEX INDEX booking_during_excl`,
    message: /could not create exclusion constraint "booking_during_excl"/,
    advice: /public\.booking .*REINDEX INDEX CONCURRENTLY .*booking_during_excl/,
  },
  {
    fault: 'an index with a function that relies on search_path',
    sql: `CREATE TABLE rate (factor int); INSERT INTO rate VALUES (2);
      CREATE FUNCTION rated(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS
        'BEGIN RETURN (SELECT $1 * max(factor) FROM rate); END';
      CREATE TABLE item (price int); CREATE INDEX ON item (rated(price)); INSERT INTO item VALUES (1), (2)`,
    mend: 'ALTER FUNCTION rated(int) SET search_path = public, pg_temp',
    message: /relation "rate" does not exist/,
    advice: /index on public\.item.*ALTER FUNCTION public\.rated\(integer\) SET search_path = public/,
  },
  {
    fault: 'a check with a function that relies on search_path',
    sql: `CREATE FUNCTION known() RETURNS text LANGUAGE plpgsql AS 'BEGIN RETURN ''red''; END';
      CREATE FUNCTION is_allowed(text) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RETURN $1 = known(); END';
      CREATE TABLE car (colour text CHECK (is_allowed(colour))); INSERT INTO car VALUES ('red')`,
    mend: 'ALTER FUNCTION is_allowed(text) SET search_path = public, pg_temp',
    message: /function known\(\) does not exist/,
    advice: /of car.*ALTER FUNCTION public\.is_allowed\(text\) SET search_path = public/,
  },
  {
    fault: 'a check with an SQL function that relies on search_path',
    sql: `CREATE FUNCTION plain(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT lower($1)';
      CREATE FUNCTION folded(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT plain($1)';
      CREATE TABLE person (name text CHECK (folded(name) <> '')); INSERT INTO person VALUES ('Ada')`,
    mend: 'ALTER FUNCTION folded SET search_path = public, pg_temp',
    message: /function plain\(text\) does not exist/,
    advice: /ALTER FUNCTION folded SET search_path = public/,
  },
  {
    fault: 'a generated column with a function that relies on search_path',
    sql: `CREATE TABLE tax (rate int); INSERT INTO tax VALUES (2);
      CREATE FUNCTION taxed(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS
        'BEGIN RETURN (SELECT $1 * max(rate) FROM tax); END';
      CREATE TABLE bill (net int, gross int GENERATED ALWAYS AS (taxed(net)) STORED); INSERT INTO bill VALUES (1)`,
    mend: 'ALTER FUNCTION taxed(int) SET search_path = public, pg_temp',
    message: /relation "tax" does not exist/,
    advice: /of bill.*ALTER FUNCTION public\.taxed\(integer\) SET search_path = public/,
  },
  {
    fault: 'a materialized view with a function that relies on search_path',
    sql: `CREATE TABLE day (n int); CREATE TABLE holiday (n int);
      CREATE FUNCTION is_free(int) RETURNS boolean LANGUAGE plpgsql AS
        'BEGIN RETURN EXISTS (SELECT FROM holiday WHERE holiday.n = $1); END';
      CREATE MATERIALIZED VIEW free AS SELECT n, is_free(n) FROM day; INSERT INTO day VALUES (1)`,
    mend: 'ALTER FUNCTION is_free(int) SET search_path = public, pg_temp',
    message: /relation "holiday" does not exist/,
    advice:
      /materialized view public\.free.*ALTER FUNCTION public\.is_free\(integer\) SET search_path = public/,
  },
  {
    fault: 'a check that reads a table which is loaded later',
    sql: `CREATE TABLE price (amount int); INSERT INTO price VALUES (1);
      CREATE FUNCTION priced() RETURNS boolean LANGUAGE sql AS 'SELECT EXISTS (SELECT FROM public.price)';
      CREATE TABLE item (id int CONSTRAINT has_price CHECK (public.priced())); INSERT INTO item VALUES (1)`,
    mend: `ALTER TABLE item DROP CONSTRAINT has_price;
      ALTER TABLE item ADD CONSTRAINT has_price CHECK (public.priced()) NOT VALID`,
    message: /violates check constraint "has_price"/,
    advice: /has_price of item .*trigger.*ALTER TABLE item DROP CONSTRAINT has_price/,
    jobs: 1,
  },
  {
    fault: 'a check whose function was made stricter afterwards',
    sql: `CREATE FUNCTION fits(int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 < 100';
      CREATE TABLE parcel (kilos int CONSTRAINT fits CHECK (fits(kilos))); INSERT INTO parcel VALUES (50);
      CREATE OR REPLACE FUNCTION fits(int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 < 10'`,
    mend: 'UPDATE parcel SET kilos = 5',
    message: /violates check constraint "fits"/,
    advice: /fits of parcel .*SELECT \* FROM parcel WHERE NOT/,
  },
  {
    fault: 'a domain whose check was made stricter afterwards',
    sql: `CREATE FUNCTION fits(int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 < 100';
      CREATE DOMAIN weight AS int CONSTRAINT fits CHECK (public.fits(VALUE));
      CREATE TABLE parcel (kilos weight); INSERT INTO parcel VALUES (50);
      CREATE OR REPLACE FUNCTION fits(int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 < 10'`,
    mend: `ALTER DOMAIN weight DROP CONSTRAINT fits;
      ALTER DOMAIN weight ADD CONSTRAINT fits CHECK (public.fits(VALUE)) NOT VALID`,
    message: /value for domain public\.weight violates check constraint "fits"/,
    advice: /ALTER DOMAIN public\.weight DROP CONSTRAINT fits.*NOT VALID.*VALIDATE CONSTRAINT fits/,
  },
  {
    fault: 'a NULL in a column that was declared NOT NULL by hand',
    sql: `CREATE TABLE person (name text); INSERT INTO person VALUES (NULL);
      UPDATE pg_attribute SET attnotnull = true WHERE attrelid = 'person'::regclass AND attname = 'name'`,
    mend: `UPDATE person SET name = '' WHERE num_nulls(name) > 0`,
    message: /null value in column "name" of relation "person" violates not-null constraint/,
    advice: /SELECT \* FROM person WHERE num_nulls\(name\) > 0/,
  },
  {
    fault: 'a row in a partition that no longer takes it',
    sql: `CREATE FUNCTION part(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 % 2';
      CREATE TABLE event (id int) PARTITION BY LIST (part(id));
      CREATE TABLE event_even PARTITION OF event FOR VALUES IN (0); INSERT INTO event VALUES (2);
      CREATE OR REPLACE FUNCTION part(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 % 2 + 1'`,
    mend: `CREATE TABLE event_odd PARTITION OF event FOR VALUES IN (1);
      WITH moved AS (DELETE FROM ONLY event_even RETURNING *) INSERT INTO event SELECT * FROM moved`,
    message: /violates partition constraint/,
    advice: /event_even/,
  },
  {
    fault: 'an index whose function is no longer IMMUTABLE',
    sql: `CREATE FUNCTION half(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN $1 / 2; END';
      CREATE TABLE part (id int); CREATE INDEX ON part (half(id)); INSERT INTO part VALUES (1);
      CREATE OR REPLACE FUNCTION half(int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN $1 / 2; END'`,
    mend: 'ALTER FUNCTION half(int) IMMUTABLE',
    message: /functions in index expression must be marked IMMUTABLE/,
    advice: /index on public\.part calls a function .*ALTER FUNCTION … IMMUTABLE/,
  },
  {
    fault: 'a table that was added to an extension by hand',
    sql: `CREATE TABLE config (key text); INSERT INTO config VALUES ('a'); ALTER EXTENSION plpgsql ADD TABLE config;
      UPDATE pg_extension SET extconfig = ARRAY['config'::regclass::oid], extcondition = ARRAY['']`,
    mend: `ALTER EXTENSION plpgsql DROP TABLE config; UPDATE pg_extension SET extconfig = NULL, extcondition = NULL`,
    message: /relation "public\.config" does not exist/,
    advice: /public\.config belongs to an extension .*ALTER EXTENSION … DROP TABLE public\.config/,
  },
];
