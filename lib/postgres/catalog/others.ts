/** Extensions, publications, event triggers, foreign servers, text search and the rarer classes. */
import { functionName } from './routines';
import {
  foreignOptions,
  identityOf,
  inSchemas,
  outsideSchemas,
  sorted,
  words,
  type CatalogSpec,
} from './spec';

const extensions: CatalogSpec = {
  kind: 'extension',
  identity: 'quote_ident(x.extname)',
  facts: { schema: 'x.extnamespace::regnamespace', version: { sql: 'x.extversion', class: 'environment' } },
  from: 'FROM pg_extension x',
  given: (entry) => entry.identity === 'plpgsql',
};

const publications: CatalogSpec = {
  kind: 'publication',
  identity: 'quote_ident(p.pubname)',
  facts: {
    'all tables': 'nullif(p.puballtables, false)',
    inserts: 'p.pubinsert',
    updates: 'p.pubupdate',
    deletes: 'p.pubdelete',
    truncates: 'p.pubtruncate',
    'through the root': 'nullif(p.pubviaroot, false)',
    'generated columns': { sql: 'p.pubgencols', since: 18 },
  },
  from: outsideSchemas('pg_publication', 'p'),
};

const publishedTables: CatalogSpec = {
  kind: 'published table',
  aspect: true,
  identity: identityOf('pg_publication_rel', 'r.oid'),
  facts: {
    table: identityOf('pg_class', 'r.prrelid'),
    columns: {
      sql: `(SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attname COLLATE "C") FROM pg_attribute a
        WHERE a.attrelid = r.prrelid AND a.attnum = ANY (r.prattrs))`,
      since: 15,
    },
    // What a filter may hold reads the same after a restore: no replay.
    filter: { sql: 'pg_get_expr(r.prqual, r.prrelid)', since: 15 },
  },
  from: outsideSchemas('pg_publication_rel', 'r'),
};

const publishedSchemas: CatalogSpec = {
  kind: 'published schema',
  aspect: true,
  since: 15,
  identity: identityOf('pg_publication_namespace', 'r.oid'),
  facts: {},
  from: outsideSchemas('pg_publication_namespace', 'r'),
};

/** Where they connect to may hold a password: not recorded. Restores leave them out, so as not to subscribe twice. */
const subscriptions: CatalogSpec = {
  kind: 'subscription',
  identity: 'quote_ident(s.subname)',
  facts: { publications: sorted('s.subpublications') },
  from: 'FROM pg_subscription s WHERE s.subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())',
  leftOut: () => true,
};

const eventTriggers: CatalogSpec = {
  kind: 'event trigger',
  identity: 'quote_ident(t.evtname)',
  facts: {
    event: 't.evtevent',
    tags: sorted('t.evttags'),
    function: functionName('t.evtfoid'),
    firing: words('t.evtenabled', { O: 'enabled', D: 'disabled', R: 'on replicas only', A: 'always' }),
  },
  from: outsideSchemas('pg_event_trigger', 't'),
};

const wrappers: CatalogSpec = {
  kind: 'foreign-data wrapper',
  identity: 'quote_ident(w.fdwname)',
  facts: {
    handler: functionName('w.fdwhandler'),
    validator: functionName('w.fdwvalidator'),
    options: foreignOptions('w.fdwoptions'),
  },
  from: outsideSchemas('pg_foreign_data_wrapper', 'w'),
};

const servers: CatalogSpec = {
  kind: 'foreign server',
  identity: 'quote_ident(s.srvname)',
  facts: {
    wrapper: 'w.fdwname',
    type: 's.srvtype',
    version: 's.srvversion',
    options: foreignOptions('s.srvoptions'),
  },
  from: outsideSchemas('pg_foreign_server', 's', 'JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw'),
};

/** Their options are passwords more often than not: not recorded. */
const userMappings: CatalogSpec = {
  kind: 'user mapping',
  aspect: true,
  identity: `quote_ident(m.usename) || ' on server ' || quote_ident(m.srvname)`,
  facts: {},
  from: 'FROM pg_user_mappings m',
};

const MAPPINGS = `(SELECT string_agg(token.alias || ': ' || token.dictionaries, '; ' ORDER BY token.alias COLLATE "C")
  FROM (SELECT t.alias, string_agg(m.mapdict::regdictionary::text, ', ' ORDER BY m.mapseqno) AS dictionaries
          FROM pg_ts_config_map m JOIN ts_token_type(c.cfgparser) t ON t.tokid = m.maptokentype
         WHERE m.mapcfg = c.oid GROUP BY t.alias) token)`;

const searchConfigurations: CatalogSpec = {
  kind: 'text search configuration',
  identity: identityOf('pg_ts_config', 'c.oid'),
  facts: { parser: identityOf('pg_ts_parser', 'c.cfgparser'), mappings: MAPPINGS },
  from: inSchemas('pg_ts_config', 'c', 'cfgnamespace'),
};

const searchDictionaries: CatalogSpec = {
  kind: 'text search dictionary',
  identity: identityOf('pg_ts_dict', 'd.oid'),
  facts: { template: identityOf('pg_ts_template', 'd.dicttemplate'), options: 'd.dictinitoption' },
  from: inSchemas('pg_ts_dict', 'd', 'dictnamespace'),
};

const searchParsers: CatalogSpec = {
  kind: 'text search parser',
  identity: identityOf('pg_ts_parser', 'p.oid'),
  facts: {
    start: functionName('p.prsstart'),
    token: functionName('p.prstoken'),
    end: functionName('p.prsend'),
    headline: functionName('p.prsheadline'),
    'token types': functionName('p.prslextype'),
  },
  from: inSchemas('pg_ts_parser', 'p', 'prsnamespace'),
};

const searchTemplates: CatalogSpec = {
  kind: 'text search template',
  identity: identityOf('pg_ts_template', 't.oid'),
  facts: { init: functionName('t.tmplinit'), lexize: functionName('t.tmpllexize') },
  from: inSchemas('pg_ts_template', 't', 'tmplnamespace'),
};

const conversions: CatalogSpec = {
  kind: 'conversion',
  identity: identityOf('pg_conversion', 'c.oid'),
  facts: {
    from: 'pg_encoding_to_char(c.conforencoding)',
    to: 'pg_encoding_to_char(c.contoencoding)',
    function: functionName('c.conproc'),
    default: 'c.condefault',
  },
  from: inSchemas('pg_conversion', 'c', 'connamespace'),
};

const languages: CatalogSpec = {
  kind: 'language',
  identity: 'quote_ident(l.lanname)',
  facts: {
    trusted: 'l.lanpltrusted',
    handler: functionName('l.lanplcallfoid'),
    inline: functionName('l.laninline'),
    validator: functionName('l.lanvalidator'),
  },
  from: outsideSchemas('pg_language', 'l'),
};

const accessMethods: CatalogSpec = {
  kind: 'access method',
  identity: 'quote_ident(a.amname)',
  facts: { type: words('a.amtype', { i: 'index', t: 'table' }), handler: functionName('a.amhandler') },
  from: outsideSchemas('pg_am', 'a'),
};

const transforms: CatalogSpec = {
  kind: 'transform',
  // PostgreSQL 17 words its own identity otherwise than 15.
  identity: `'for ' || format_type(t.trftype, NULL) || ' on language ' || quote_ident(l.lanname)`,
  facts: { 'from SQL': functionName('t.trffromsql'), 'to SQL': functionName('t.trftosql') },
  from: outsideSchemas('pg_transform', 't', 'JOIN pg_language l ON l.oid = t.trflang'),
};

export const OTHER_SPECS: readonly CatalogSpec[] = [
  extensions,
  publications,
  publishedTables,
  publishedSchemas,
  subscriptions,
  eventTriggers,
  wrappers,
  servers,
  userMappings,
  searchConfigurations,
  searchDictionaries,
  searchParsers,
  searchTemplates,
  conversions,
  languages,
  accessMethods,
  transforms,
];
