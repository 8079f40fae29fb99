/** Views, and what stands on relations and acts by itself: rules, triggers, policies. */
import { ACCESS_METHOD, TABLESPACE } from './relations';
import { aside, isNamed, onStandIn } from './replay';
import { identityOf, sorted, textOf, USER_RELATION, words, type CatalogSpec } from './spec';

const SCHEMAS = 'JOIN pg_namespace n ON n.oid = c.relnamespace';
const definition = { sql: 'pg_get_viewdef(c.oid)', expression: true } as const;
const FIRING = { O: 'enabled', D: 'disabled', R: 'on replicas only', A: 'always' };

const views: CatalogSpec = {
  kind: 'view',
  identity: identityOf('pg_class', 'c.oid'),
  facts: { definition, options: sorted('c.reloptions') },
  from: `FROM pg_class c ${SCHEMAS} WHERE c.relkind = 'v' AND ${USER_RELATION}`,
  replay: {
    statements: (entry) => [`CREATE OR REPLACE VIEW ${entry.identity} AS ${textOf(entry, 'definition')}`],
    where: (entry) => isNamed('c.oid', 'regclass', entry.identity),
  },
};

const materializedViews: CatalogSpec = {
  kind: 'materialized view',
  identity: identityOf('pg_class', 'c.oid'),
  facts: {
    definition,
    populated: 'c.relispopulated',
    options: sorted('c.reloptions'),
    'access method': ACCESS_METHOD,
    tablespace: TABLESPACE('c'),
  },
  from: `FROM pg_class c ${SCHEMAS} WHERE c.relkind = 'm' AND ${USER_RELATION}`,
  replay: {
    statements: (entry) => [
      aside('MATERIALIZED VIEW', entry.identity),
      `CREATE MATERIALIZED VIEW ${entry.identity} AS ${textOf(entry, 'definition').replace(/;\s*$/, '')} WITH NO DATA`,
    ],
    where: (entry) => isNamed('c.oid', 'regclass', entry.identity),
  },
};

const rules: CatalogSpec = {
  kind: 'rule',
  aspect: true,
  identity: identityOf('pg_rewrite', 'r.oid'),
  facts: {
    table: identityOf('pg_class', 'c.oid'),
    definition: { sql: 'pg_get_ruledef(r.oid)', expression: true },
    firing: words('r.ev_enabled', FIRING),
  },
  from: `FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class ${SCHEMAS}
    WHERE r.rulename <> '_RETURN' AND ${USER_RELATION}`,
  replay: onStandIn((entry) => [textOf(entry, 'definition')]),
};

const triggers: CatalogSpec = {
  kind: 'trigger',
  aspect: true,
  identity: identityOf('pg_trigger', 't.oid'),
  facts: {
    table: identityOf('pg_class', 'c.oid'),
    definition: { sql: 'pg_get_triggerdef(t.oid)', expression: true },
    firing: words('t.tgenabled', FIRING),
  },
  from: `FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid ${SCHEMAS}
    WHERE NOT t.tgisinternal AND ${USER_RELATION}`,
  replay: onStandIn((entry) => [textOf(entry, 'definition')]),
};

const policies: CatalogSpec = {
  kind: 'policy',
  aspect: true,
  identity: identityOf('pg_policy', 'p.oid'),
  facts: {
    table: identityOf('pg_class', 'c.oid'),
    name: 'quote_ident(p.polname)',
    command: words('p.polcmd', { '*': 'ALL', r: 'SELECT', a: 'INSERT', w: 'UPDATE', d: 'DELETE' }),
    permissive: 'p.polpermissive',
    roles: `(SELECT string_agg(CASE r WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(r) END, ', '
      ORDER BY pg_get_userbyid(r) COLLATE "C") FROM unnest(p.polroles) r)`,
    using: { sql: 'pg_get_expr(p.polqual, p.polrelid)', expression: true },
    'with check': { sql: 'pg_get_expr(p.polwithcheck, p.polrelid)', expression: true },
  },
  from: `FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid ${SCHEMAS} WHERE ${USER_RELATION}`,
  replay: onStandIn((entry) => {
    const clause = (words_: string, fact: string) =>
      entry.facts[fact] === undefined ? '' : ` ${words_} (${textOf(entry, fact)})`;
    return [
      `CREATE POLICY ${textOf(entry, 'name')} ON ${textOf(entry, 'table')} FOR ${textOf(entry, 'command')}` +
        clause('USING', 'using') +
        clause('WITH CHECK', 'with check'),
    ];
  }),
};

export const VIEW_SPECS: readonly CatalogSpec[] = [views, materializedViews, rules, triggers, policies];
