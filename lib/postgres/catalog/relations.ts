/** Tables, their columns and sequences. */
import { isNamed, onStandIn, standIn } from './replay';
import {
  foreignOptions,
  identityOf,
  sorted,
  textOf,
  USER_RELATION,
  words,
  type CatalogSpec,
  type Fact,
} from './spec';

const SCHEMAS = 'JOIN pg_namespace n ON n.oid = c.relnamespace';

export const TABLESPACE = (relation: string): Fact => ({
  sql: `(SELECT spcname FROM pg_tablespace WHERE oid = ${relation}.reltablespace)`,
  class: 'environment',
});

export const PERSISTENCE = words('c.relpersistence', { p: 'permanent', u: 'unlogged' });

export const ACCESS_METHOD = '(SELECT amname FROM pg_am WHERE oid = c.relam)';

const PARENTS = `(SELECT string_agg(${identityOf('pg_class', 'i.inhparent')}, ', ' ORDER BY i.inhseqno)
  FROM pg_inherits i WHERE i.inhrelid = c.oid)`;

const PARTITION_BOUND = 'pg_get_expr(c.relpartbound, c.oid)';

const tables: CatalogSpec = {
  kind: 'table',
  identity: identityOf('pg_class', 'c.oid'),
  facts: {
    persistence: PERSISTENCE,
    'partition key': { sql: 'pg_get_partkeydef(c.oid)', expression: true },
    'partition bound': PARTITION_BOUND,
    parents: PARENTS,
    'detach pending': {
      sql: 'nullif((SELECT bool_or(i.inhdetachpending) FROM pg_inherits i WHERE i.inhrelid = c.oid), false)',
      since: 14,
    },
    'typed as': `CASE WHEN c.reloftype <> 0 THEN format_type(c.reloftype, NULL) END`,
    options: sorted('c.reloptions'),
    'TOAST options': sorted('(SELECT t.reloptions FROM pg_class t WHERE t.oid = c.reltoastrelid)'),
    'row security': 'nullif(c.relrowsecurity, false)',
    'forced row security': 'nullif(c.relforcerowsecurity, false)',
    'replica identity': words('c.relreplident', { d: 'default', n: 'nothing', f: 'full', i: 'index' }),
    'access method': ACCESS_METHOD,
    tablespace: TABLESPACE('c'),
  },
  from: `FROM pg_class c ${SCHEMAS} WHERE c.relkind IN ('r', 'p') AND ${USER_RELATION}`,
  replay: {
    statements: (entry) => standIn(entry.identity, `PARTITION BY ${textOf(entry, 'partition key')}`),
    where: (entry) => isNamed('c.oid', 'regclass', entry.identity),
  },
};

const foreignTables: CatalogSpec = {
  kind: 'foreign table',
  identity: identityOf('pg_class', 'c.oid'),
  facts: {
    server: 's.srvname',
    options: foreignOptions('f.ftoptions'),
    parents: PARENTS,
    'partition bound': PARTITION_BOUND,
  },
  from: `FROM pg_class c ${SCHEMAS} JOIN pg_foreign_table f ON f.ftrelid = c.oid
    JOIN pg_foreign_server s ON s.oid = f.ftserver WHERE ${USER_RELATION}`,
};

/** A child of ordinary inheritance gets its parents' columns first when it is restored, whatever its history. */
const POSITION = `CASE WHEN c.relispartition OR NOT EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = c.oid)
  THEN row_number() OVER (PARTITION BY a.attrelid ORDER BY a.attnum) END`;

/** Since 17.12 the server notes there when a column was last changed (`pg_attver`); pg_dump leaves that out, too. */
const SET_BY_PEOPLE = `ARRAY(SELECT o FROM unnest(a.attoptions) o WHERE o !~ '^pg_')`;

const columns: CatalogSpec = {
  kind: 'column',
  aspect: true,
  identity: identityOf('pg_class', 'a.attrelid', 'a.attnum'),
  facts: {
    table: identityOf('pg_class', 'c.oid'),
    name: 'quote_ident(a.attname)',
    position: POSITION,
    'own definition': 'CASE WHEN a.attinhcount > 0 AND NOT c.relispartition THEN a.attislocal END',
    type: 'format_type(a.atttypid, a.atttypmod)',
    'not null': 'nullif(a.attnotnull, false)',
    default: {
      sql: `CASE a.attgenerated WHEN '' THEN pg_get_expr(d.adbin, d.adrelid) END`,
      expression: true,
    },
    'generated as': {
      sql: `CASE WHEN a.attgenerated <> '' THEN pg_get_expr(d.adbin, d.adrelid) END`,
      expression: true,
    },
    generated: `CASE a.attgenerated WHEN 's' THEN 'STORED' WHEN 'v' THEN 'VIRTUAL' END`,
    // Since 17 partitions show their parent's; one of their own has a sequence, which is compared too.
    identity: `CASE CASE WHEN c.relispartition THEN '' ELSE a.attidentity END WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' END`,
    collation: `CASE WHEN a.attcollation <> t.typcollation THEN ${identityOf('pg_collation', 'a.attcollation')} END`,
    storage: words('a.attstorage', { p: 'plain', e: 'external', m: 'main', x: 'extended' }),
    compression: { sql: `nullif(a.attcompression, '')`, since: 14 },
    'statistics target': 'nullif(a.attstattarget, -1)',
    options: sorted(SET_BY_PEOPLE),
    'foreign options': foreignOptions('a.attfdwoptions'),
  },
  from: `FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid ${SCHEMAS} JOIN pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'f', 'v', 'm') AND ${USER_RELATION}`,
  replay: onStandIn((entry) => {
    const [table, name] = [textOf(entry, 'table'), textOf(entry, 'name')];
    if (entry.facts['generated as'] === undefined)
      return [`ALTER TABLE ${table} ALTER COLUMN ${name} SET DEFAULT ${textOf(entry, 'default')}`];
    return [
      `ALTER TABLE ${table} DROP COLUMN ${name}`,
      `ALTER TABLE ${table} ADD COLUMN ${name} ${textOf(entry, 'type')}
         GENERATED ALWAYS AS (${textOf(entry, 'generated as')}) ${textOf(entry, 'generated')}`,
    ];
  }),
};

const OWNED_BY = `(SELECT ${identityOf('pg_class', 'd.refobjid', 'd.refobjsubid')} FROM pg_depend d
  WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_class'::regclass
    AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i'))`;

const sequences: CatalogSpec = {
  kind: 'sequence',
  identity: identityOf('pg_class', 'c.oid'),
  facts: {
    persistence: PERSISTENCE,
    type: 'format_type(s.seqtypid, NULL)',
    start: 's.seqstart::text',
    increment: 's.seqincrement::text',
    minimum: 's.seqmin::text',
    maximum: 's.seqmax::text',
    cache: 's.seqcache::text',
    cycle: 'nullif(s.seqcycle, false)',
    'owned by': OWNED_BY,
  },
  from: `FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid ${SCHEMAS} WHERE ${USER_RELATION}`,
};

export const RELATION_SPECS: readonly CatalogSpec[] = [tables, foreignTables, columns, sequences];
