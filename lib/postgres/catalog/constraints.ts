/** Constraints, indexes and extended statistics. */
import { TABLESPACE } from './relations';
import { aside, isNamed, onStandIn } from './replay';
import { identityOf, inSchemas, textOf, USER_RELATION, type CatalogSpec } from './spec';

const OF_TABLE = 'JOIN pg_namespace n ON n.oid = c.relnamespace';

/** What "validated" says by itself. */
const DEFINITION = `regexp_replace(pg_get_constraintdef(k.oid), ' NOT VALID$', '')`;

const constraints: CatalogSpec = {
  kind: 'constraint',
  aspect: true,
  identity: identityOf('pg_constraint', 'k.oid'),
  facts: {
    table: identityOf('pg_class', 'c.oid'),
    name: 'quote_ident(k.conname)',
    definition: { sql: DEFINITION, expression: true },
    validated: 'k.convalidated',
    enforced: { sql: 'k.conenforced', since: 18 },
    'own definition': `CASE WHEN k.contype = 'c' AND k.coninhcount > 0 AND NOT c.relispartition THEN k.conislocal END`,
    index: `CASE k.contype WHEN 'x' THEN ${identityOf('pg_class', 'k.conindid')} END`,
  },
  // Copies of a foreign key on partitions have invented names and come with the original; so do inherited NOT NULLs.
  from: `FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid ${OF_TABLE}
    WHERE k.contype <> 't' AND NOT (k.contype = 'f' AND k.conparentid <> 0)
      AND NOT (k.contype = 'n' AND k.coninhcount > 0) AND ${USER_RELATION}`,
  replay: onStandIn((entry) => {
    const add = `ALTER TABLE ${textOf(entry, 'table')} ADD CONSTRAINT ${textOf(entry, 'name')} ${textOf(entry, 'definition')}`;
    return entry.facts['index'] === undefined ? [add] : [aside('INDEX', textOf(entry, 'index')), add];
  }),
};

/** The triggers behind it are switched off, as ALTER TABLE … DISABLE TRIGGER ALL does. pg_dump writes none of them. */
const unenforced: CatalogSpec = {
  kind: 'disabled enforcement of constraint',
  identity: identityOf('pg_constraint', 'k.oid'),
  aspect: true,
  facts: { table: identityOf('pg_class', 'c.oid') },
  from: `FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid ${OF_TABLE}
    WHERE EXISTS (SELECT FROM pg_trigger t WHERE t.tgconstraint = k.oid AND t.tgisinternal AND t.tgenabled IN ('D', 'R'))
      AND ${USER_RELATION}`,
  leftOut: () => true,
};

/** Not null is a fact of the domain; since 17 it is a constraint too, whose name a dump does not keep. */
const domainConstraints: CatalogSpec = {
  kind: 'domain constraint',
  aspect: true,
  identity: identityOf('pg_constraint', 'k.oid'),
  facts: {
    domain: 'format_type(t.oid, NULL)',
    name: 'quote_ident(k.conname)',
    definition: { sql: DEFINITION, expression: true },
    validated: 'k.convalidated',
  },
  from: inSchemas('pg_type', 't', 'typnamespace').replace(
    'WHERE',
    `JOIN pg_constraint k ON k.contypid = t.oid AND k.contype = 'c' WHERE`,
  ),
  replay: {
    statements: (entry) => {
      const domain = textOf(entry, 'domain');
      const name = textOf(entry, 'name');
      return [
        `ALTER DOMAIN ${domain} DROP CONSTRAINT ${name}`,
        `ALTER DOMAIN ${domain} ADD CONSTRAINT ${name} ${textOf(entry, 'definition')} NOT VALID`,
      ];
    },
    where: (entry) => isNamed('t.oid', 'regtype', textOf(entry, 'domain')),
  },
};

const indexes: CatalogSpec = {
  kind: 'index',
  aspect: true,
  identity: identityOf('pg_class', 'ic.oid'),
  facts: {
    table: identityOf('pg_class', 'c.oid'),
    // A partitioned index reads ON ONLY; an empty stand-in has no partitions to leave out.
    definition: { sql: `replace(pg_get_indexdef(ic.oid), ' ON ONLY ', ' ON ')`, expression: true },
    partitioned: `nullif(ic.relkind = 'I', false)`,
    'attached to': `(SELECT ${identityOf('pg_class', 'h.inhparent')} FROM pg_inherits h WHERE h.inhrelid = ic.oid)`,
    valid: 'i.indisvalid',
    ready: 'i.indisready',
    clustered: 'nullif(i.indisclustered, false)',
    'replica identity': 'nullif(i.indisreplident, false)',
    'statistics targets': `(SELECT string_agg(a.attnum || ': ' || a.attstattarget, ', ' ORDER BY a.attnum)
      FROM pg_attribute a WHERE a.attrelid = ic.oid AND a.attstattarget >= 0)`,
    tablespace: TABLESPACE('ic'),
  },
  from: `FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid JOIN pg_class c ON c.oid = i.indrelid ${OF_TABLE}
    WHERE ${USER_RELATION}`,
  // pg_dump leaves out what a failed CREATE INDEX CONCURRENTLY left behind.
  leftOut: (entry) => entry.facts['valid'] === false && entry.facts['partitioned'] === undefined,
  replay: onStandIn((entry) => [aside('INDEX', entry.identity), textOf(entry, 'definition')]),
};

const statistics: CatalogSpec = {
  kind: 'statistics object',
  aspect: true,
  identity: identityOf('pg_statistic_ext', 's.oid'),
  facts: {
    table: identityOf('pg_class', 's.stxrelid'),
    definition: { sql: 'pg_get_statisticsobjdef(s.oid)', expression: true },
    'statistics target': 'nullif(s.stxstattarget, -1)',
  },
  from: inSchemas('pg_statistic_ext', 's', 'stxnamespace', 'c.oid = s.stxrelid').replace(
    'WHERE',
    ', pg_class c WHERE',
  ),
  replay: onStandIn((entry) => [aside('STATISTICS', entry.identity), textOf(entry, 'definition')]),
};

export const CONSTRAINT_SPECS: readonly CatalogSpec[] = [
  constraints,
  unenforced,
  domainConstraints,
  indexes,
  statistics,
];
