/** Functions, procedures, aggregates, and what is built from them: operators and their classes, casts. */
import { isNamed } from './replay';
import { identityOf, inSchemas, outsideSchemas, textOf, words, type CatalogSpec } from './spec';

/** A function's name where there is one. */
export function functionName(column: string): string {
  return `CASE WHEN ${column} <> 0 THEN ${identityOf('pg_proc', column)} END`;
}

const operatorName = (column: string) =>
  `CASE WHEN ${column} <> 0 THEN ${identityOf('pg_operator', column)} END`;

const routine = (kind: string, letters: string): CatalogSpec => ({
  kind,
  identity: identityOf('pg_proc', 'p.oid'),
  facts: { definition: { sql: 'pg_get_functiondef(p.oid)', expression: true } },
  from: inSchemas('pg_proc', 'p', 'pronamespace', `p.prokind IN (${letters})`),
  replay: {
    statements: (entry) => [textOf(entry, 'definition')],
    where: (entry) => isNamed('p.oid', 'regprocedure', entry.identity),
  },
});

const aggregates: CatalogSpec = {
  kind: 'aggregate',
  identity: identityOf('pg_proc', 'p.oid'),
  facts: {
    result: 'pg_get_function_result(p.oid)',
    kind: words('a.aggkind', { n: 'normal', o: 'ordered-set', h: 'hypothetical-set' }),
    'direct arguments': 'nullif(a.aggnumdirectargs, 0)',
    'state function': functionName('a.aggtransfn'),
    'state type': 'format_type(a.aggtranstype, NULL)',
    'state size': 'nullif(a.aggtransspace, 0)',
    'initial value': 'a.agginitval',
    'final function': functionName('a.aggfinalfn'),
    'final function extra': 'nullif(a.aggfinalextra, false)',
    'final function changes': 'a.aggfinalmodify',
    'combine function': functionName('a.aggcombinefn'),
    'serialization function': functionName('a.aggserialfn'),
    'deserialization function': functionName('a.aggdeserialfn'),
    'moving state function': functionName('a.aggmtransfn'),
    'moving inverse function': functionName('a.aggminvtransfn'),
    'moving final function': functionName('a.aggmfinalfn'),
    'moving final function extra': 'nullif(a.aggmfinalextra, false)',
    'moving final function changes': 'a.aggmfinalmodify',
    'moving state type': 'CASE WHEN a.aggmtranstype <> 0 THEN format_type(a.aggmtranstype, NULL) END',
    'moving state size': 'nullif(a.aggmtransspace, 0)',
    'moving initial value': 'a.aggminitval',
    'sort operator': operatorName('a.aggsortop'),
    parallel: 'p.proparallel',
  },
  from: inSchemas('pg_proc', 'p', 'pronamespace').replace(
    'WHERE',
    'JOIN pg_aggregate a ON a.aggfnoid = p.oid WHERE',
  ),
};

const operators: CatalogSpec = {
  kind: 'operator',
  identity: identityOf('pg_operator', 'o.oid'),
  facts: {
    function: functionName('o.oprcode'),
    result: 'format_type(o.oprresult, NULL)',
    commutator: operatorName('o.oprcom'),
    negator: operatorName('o.oprnegate'),
    'restriction estimator': functionName('o.oprrest'),
    'join estimator': functionName('o.oprjoin'),
    merges: 'nullif(o.oprcanmerge, false)',
    hashes: 'nullif(o.oprcanhash, false)',
  },
  from: inSchemas('pg_operator', 'o', 'oprnamespace'),
};

const FAMILY_OPERATORS = `(SELECT string_agg(${identityOf('pg_amop', 'm.oid')}
    || CASE m.amoppurpose WHEN 'o' THEN ' for order by ' || ${identityOf('pg_opfamily', 'm.amopsortfamily')} ELSE '' END, ', '
    ORDER BY ${identityOf('pg_amop', 'm.oid')} COLLATE "C") FROM pg_amop m WHERE m.amopfamily = f.oid)`;

const FAMILY_FUNCTIONS = `(SELECT string_agg(${identityOf('pg_amproc', 'm.oid')} || ' is ' || m.amproc::text, ', '
    ORDER BY ${identityOf('pg_amproc', 'm.oid')} COLLATE "C") FROM pg_amproc m WHERE m.amprocfamily = f.oid)`;

const operatorFamilies: CatalogSpec = {
  kind: 'operator family',
  identity: identityOf('pg_opfamily', 'f.oid'),
  facts: { operators: FAMILY_OPERATORS, functions: FAMILY_FUNCTIONS },
  from: inSchemas('pg_opfamily', 'f', 'opfnamespace'),
};

const operatorClasses: CatalogSpec = {
  kind: 'operator class',
  identity: identityOf('pg_opclass', 'o.oid'),
  facts: {
    type: 'format_type(o.opcintype, NULL)',
    family: identityOf('pg_opfamily', 'o.opcfamily'),
    default: 'o.opcdefault',
    'stored type': 'CASE WHEN o.opckeytype <> 0 THEN format_type(o.opckeytype, NULL) END',
  },
  from: inSchemas('pg_opclass', 'o', 'opcnamespace'),
};

const casts: CatalogSpec = {
  kind: 'cast',
  identity: identityOf('pg_cast', 'k.oid'),
  facts: {
    function: functionName('k.castfunc'),
    context: words('k.castcontext', { e: 'explicit', a: 'assignment', i: 'implicit' }),
    method: words('k.castmethod', { f: 'function', i: 'text form', b: 'binary' }),
  },
  from: outsideSchemas('pg_cast', 'k'),
};

export const ROUTINE_SPECS: readonly CatalogSpec[] = [
  routine('function', "'f', 'w'"),
  routine('procedure', "'p'"),
  aggregates,
  operators,
  operatorFamilies,
  operatorClasses,
  casts,
];
