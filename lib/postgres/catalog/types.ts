/** Types and collations. */
import { isNamed } from './replay';
import { functionName } from './routines';
import { identityOf, inSchemas, textOf, words, type CatalogSpec } from './spec';

const TYPE = identityOf('pg_type', 't.oid');

/** Arrays come and go with their elements. */
const NO_ARRAY = `NOT EXISTS (SELECT FROM pg_type element WHERE element.typarray = t.oid)`;

const types = (letter: string, joins = '') =>
  inSchemas('pg_type', 't', 'typnamespace', `t.typtype = '${letter}' AND ${NO_ARRAY}`).replace(
    'WHERE',
    `${joins} WHERE`,
  );

const enums: CatalogSpec = {
  kind: 'enum type',
  identity: TYPE,
  facts: {
    labels: `(SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder)
      FROM pg_enum e WHERE e.enumtypid = t.oid)`,
  },
  from: types('e'),
};

const domains: CatalogSpec = {
  kind: 'domain',
  identity: TYPE,
  facts: {
    'base type': 'format_type(t.typbasetype, t.typtypmod)',
    'not null': 'nullif(t.typnotnull, false)',
    default: { sql: `pg_get_expr(t.typdefaultbin, 'pg_type'::regclass)`, expression: true },
    collation: `CASE WHEN t.typcollation <> b.typcollation THEN ${identityOf('pg_collation', 't.typcollation')} END`,
  },
  from: types('d', 'JOIN pg_type b ON b.oid = t.typbasetype'),
  replay: {
    statements: (entry) => [`ALTER DOMAIN ${entry.identity} SET DEFAULT ${textOf(entry, 'default')}`],
    where: (entry) => isNamed('t.oid', 'regtype', entry.identity),
  },
};

const ATTRIBUTES = `(SELECT string_agg(quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod)
    || CASE WHEN a.attcollation <> at.typcollation THEN ' COLLATE ' || ${identityOf('pg_collation', 'a.attcollation')}
            ELSE '' END, ', ' ORDER BY a.attnum)
  FROM pg_attribute a JOIN pg_type at ON at.oid = a.atttypid
  WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped)`;

const composites: CatalogSpec = {
  kind: 'composite type',
  identity: TYPE,
  facts: { attributes: ATTRIBUTES },
  from: types('c', `JOIN pg_class c ON c.oid = t.typrelid AND c.relkind = 'c'`),
};

const ranges: CatalogSpec = {
  kind: 'range type',
  identity: TYPE,
  facts: {
    subtype: 'format_type(r.rngsubtype, NULL)',
    'operator class': identityOf('pg_opclass', 'r.rngsubopc'),
    collation: `CASE WHEN r.rngcollation <> 0 THEN ${identityOf('pg_collation', 'r.rngcollation')} END`,
    'canonical function': `nullif(r.rngcanonical::text, '-')`,
    'difference function': `nullif(r.rngsubdiff::text, '-')`,
    multirange: { sql: 'format_type(r.rngmultitypid, NULL)', since: 14 },
  },
  from: types('r', 'JOIN pg_range r ON r.rngtypid = t.oid'),
};

const baseTypes: CatalogSpec = {
  kind: 'base type',
  identity: TYPE,
  facts: {
    input: functionName('t.typinput'),
    output: functionName('t.typoutput'),
    receive: functionName('t.typreceive'),
    send: functionName('t.typsend'),
    'modifier input': functionName('t.typmodin'),
    'modifier output': functionName('t.typmodout'),
    analyze: functionName('t.typanalyze'),
    subscript: { sql: functionName('t.typsubscript'), since: 14 },
    length: 't.typlen',
    'by value': 't.typbyval',
    alignment: 't.typalign',
    storage: 't.typstorage',
    category: 't.typcategory',
    preferred: 't.typispreferred',
    delimiter: 't.typdelim',
    element: 'CASE WHEN t.typelem <> 0 THEN format_type(t.typelem, NULL) END',
    default: 't.typdefault',
    collatable: 't.typcollation <> 0',
  },
  from: types('b'),
};

/** A type that is only announced. */
const shellTypes: CatalogSpec = {
  kind: 'shell type',
  identity: TYPE,
  facts: {},
  from: types('p').replace('WHERE', 'WHERE NOT t.typisdefined AND'),
};

const PROVIDER = { c: 'libc', i: 'ICU', b: 'built-in', d: 'default' };

const collations: CatalogSpec = {
  kind: 'collation',
  identity: identityOf('pg_collation', 'c.oid'),
  facts: {
    provider: words('c.collprovider', PROVIDER),
    deterministic: 'c.collisdeterministic',
    collate: "to_jsonb(c) ->> 'collcollate'",
    ctype: "to_jsonb(c) ->> 'collctype'",
    // Called colliculocale in 15 and 16; before that an ICU locale stood in collcollate.
    locale: `coalesce(to_jsonb(c) ->> 'colllocale', to_jsonb(c) ->> 'colliculocale')`,
    rules: `to_jsonb(c) ->> 'collicurules'`,
    version: { sql: 'c.collversion', class: 'environment' },
  },
  from: inSchemas('pg_collation', 'c', 'collnamespace'),
};

export const TYPE_SPECS: readonly CatalogSpec[] = [
  enums,
  domains,
  composites,
  ranges,
  baseTypes,
  shellTypes,
  collations,
];
