/** For every class of objects that is compared: statements that make one, and what it is then called. */
const BASE_TYPE = `CREATE TYPE b;
  CREATE FUNCTION b_in(cstring) RETURNS b LANGUAGE internal IMMUTABLE STRICT AS 'textin';
  CREATE FUNCTION b_out(b) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
  CREATE TYPE b (INPUT = b_in, OUTPUT = b_out, LIKE = text)`;
const TABLE = 'CREATE TABLE t (a int PRIMARY KEY)';
const SERVER = 'CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w';
const ON_DDL = `CREATE FUNCTION f() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
  CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION f()`;
const LABEL = (catalog: string, oid: string, of: string) =>
  `SET allow_system_table_mods = on; INSERT INTO ${catalog} SELECT ${of}, ${oid}, 'guard', 'secret'`;

export const ONE_OF_EACH: Readonly<Record<string, readonly [sql: string, identity: string]>> = {
  schema: ['CREATE SCHEMA s', 's'],
  'owner of': ['CREATE SCHEMA s', 'schema s'],
  'privileges on': ['GRANT CREATE ON SCHEMA public TO PUBLIC', 'schema public'],
  'default privileges': [
    'ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC',
    'for role backstop on tables',
  ],
  'large objects by': ['SELECT lo_create(4711)', 'owner and privileges'],
  'comment on': [`CREATE SCHEMA s; COMMENT ON SCHEMA s IS 'x'`, 'schema s'],
  'security label on': [
    LABEL('pg_seclabel', '0', `'public'::regnamespace, 'pg_namespace'::regclass`),
    'schema public by guard',
  ],
  'security label on the database': [
    `${LABEL('pg_shseclabel', `'pg_database'::regclass`, 'oid').replace(/, 'guard'.*/, '')}, 'guard', 'secret'
       FROM pg_database WHERE datname = current_database()`,
    'by guard',
  ],
  'enum type': [`CREATE TYPE e AS ENUM ('a')`, 'public.e'],
  domain: ['CREATE DOMAIN d AS text', 'public.d'],
  'composite type': ['CREATE TYPE c AS (a int)', 'public.c'],
  'range type': ['CREATE TYPE r AS RANGE (subtype = float8)', 'public.r'],
  'base type': [BASE_TYPE, 'public.b'],
  'shell type': ['CREATE TYPE announced', 'public.announced'],
  collation: ['CREATE COLLATION c FROM "C"', 'public.c'],
  function: ['CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$', 'public.f()'],
  procedure: ['CREATE PROCEDURE p() LANGUAGE sql AS $$ SELECT 1 $$', 'public.p()'],
  aggregate: ['CREATE AGGREGATE a(int) (SFUNC = int4pl, STYPE = int)', 'public.a(integer)'],
  operator: [
    'CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq)',
    'public.===(integer,integer)',
  ],
  'operator family': ['CREATE OPERATOR FAMILY f USING btree', 'public.f USING btree'],
  'operator class': [
    'CREATE OPERATOR CLASS c FOR TYPE int4 USING hash AS OPERATOR 1 =',
    'public.c USING hash',
  ],
  cast: ['CREATE CAST (text AS point) WITH INOUT', '(pg_catalog.text AS pg_catalog.point)'],
  table: ['CREATE TABLE t ()', 'public.t'],
  'foreign table': [`${SERVER}; CREATE FOREIGN TABLE t () SERVER s`, 'public.t'],
  column: ['CREATE VIEW v AS SELECT 1 AS a', 'public.v.a'],
  sequence: ['CREATE SEQUENCE s', 'public.s'],
  constraint: [
    `${SERVER}; CREATE FOREIGN TABLE t (a int, CONSTRAINT c CHECK (a > 0)) SERVER s; ALTER FOREIGN TABLE t RENAME TO u`,
    'c on public.u',
  ],
  'disabled enforcement of constraint': [
    `CREATE TABLE t (a int PRIMARY KEY, b int CONSTRAINT f REFERENCES t); ALTER TABLE t DISABLE TRIGGER ALL`,
    'f on public.t',
  ],
  'domain constraint': ['CREATE DOMAIN d AS int CONSTRAINT c CHECK (VALUE > 0)', 'c on public.d'],
  index: ['CREATE MATERIALIZED VIEW m AS SELECT 1 AS a; CREATE INDEX i ON m (a)', 'public.i'],
  'statistics object': ['CREATE TABLE t (a int, b int); CREATE STATISTICS s ON a, b FROM t', 'public.s'],
  view: ['CREATE VIEW v AS SELECT 1 AS a', 'public.v'],
  'materialized view': ['CREATE MATERIALIZED VIEW m AS SELECT 1 AS a', 'public.m'],
  rule: [
    'CREATE VIEW v AS SELECT 1 AS a; CREATE RULE r AS ON DELETE TO v DO INSTEAD NOTHING',
    'r on public.v',
  ],
  trigger: [
    'CREATE VIEW v AS SELECT 1 AS a; CREATE TRIGGER g INSTEAD OF DELETE ON v FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()',
    'g on public.v',
  ],
  policy: [`${TABLE}; CREATE POLICY p ON t`, 'p on public.t'],
  extension: ['CREATE EXTENSION tcn', 'tcn'],
  publication: ['CREATE PUBLICATION p', 'p'],
  'published table': [`${TABLE}; CREATE PUBLICATION p FOR TABLE t`, 'public.t in publication p'],
  'published schema': ['CREATE PUBLICATION p FOR TABLES IN SCHEMA public', 'public in publication p'],
  subscription: [
    `CREATE SUBSCRIPTION s CONNECTION 'dbname=nowhere' PUBLICATION p WITH (connect = false, enabled = false, slot_name = NONE)`,
    's',
  ],
  'event trigger': [ON_DDL, 'e'],
  'foreign-data wrapper': ['CREATE FOREIGN DATA WRAPPER w', 'w'],
  'foreign server': [SERVER, 's'],
  'user mapping': [`${SERVER}; CREATE USER MAPPING FOR PUBLIC SERVER s`, 'public on server s'],
  'text search configuration': ['CREATE TEXT SEARCH CONFIGURATION c (PARSER = default)', 'public.c'],
  'text search dictionary': ['CREATE TEXT SEARCH DICTIONARY d (TEMPLATE = simple)', 'public.d'],
  'text search parser': [
    'CREATE TEXT SEARCH PARSER p (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype)',
    'public.p',
  ],
  'text search template': ['CREATE TEXT SEARCH TEMPLATE t (LEXIZE = dsimple_lexize)', 'public.t'],
  conversion: [`CREATE CONVERSION c FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8`, 'public.c'],
  language: [
    `CREATE FUNCTION h() RETURNS language_handler LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler';
     CREATE LANGUAGE other HANDLER h`,
    'other',
  ],
  'access method': ['CREATE ACCESS METHOD other TYPE TABLE HANDLER heap_tableam_handler', 'other'],
  transform: [
    'CREATE TRANSFORM FOR integer LANGUAGE sql (FROM SQL WITH FUNCTION prsd_lextype(internal), TO SQL WITH FUNCTION int4recv(internal))',
    'for integer on language sql',
  ],
};

/** Classes that no database can hold alone, and those that say something about what every new one has. */
export const NO_CONTENT: readonly string[] = [
  ...['owner of', 'privileges on', 'large objects by', 'comment on', 'security label on'],
  ...[
    'security label on the database',
    'column',
    'constraint',
    'disabled enforcement of constraint',
    'domain constraint',
  ],
  ...[
    'index',
    'statistics object',
    'rule',
    'trigger',
    'policy',
    'published table',
    'published schema',
    'user mapping',
  ],
];
