/** Owners and privileges, default privileges, comments and security labels, on whatever they stand. */
import type { CatalogEntry } from '../../contract/inventory';
import { FIRST_USER_OID, identityOf, notMember, type CatalogSpec } from './spec';

const RELATIONS_WITH_OWNER = `relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND relpersistence <> 't'`;
/** A multirange comes with its range: before PostgreSQL 16 it keeps whom it was made by. */
const NAMED_TYPES = `typtype NOT IN ('c', 'm') AND typcategory <> 'A' OR EXISTS (SELECT FROM pg_class k
  WHERE k.oid = typrelid AND k.relkind = 'c')`;

/** Catalogs whose objects have owners: the owner's column and which rows count. */
const OWNED: readonly (readonly [catalog: string, owner: string, where?: string])[] = [
  ['pg_namespace', 'nspowner', `nspname !~ '^pg_'`],
  ['pg_class', 'relowner', RELATIONS_WITH_OWNER],
  ['pg_proc', 'proowner'],
  ['pg_type', 'typowner', NAMED_TYPES],
  ['pg_collation', 'collowner'],
  ['pg_conversion', 'conowner'],
  ['pg_operator', 'oprowner'],
  ['pg_opclass', 'opcowner'],
  ['pg_opfamily', 'opfowner'],
  ['pg_statistic_ext', 'stxowner'],
  ['pg_ts_config', 'cfgowner'],
  ['pg_ts_dict', 'dictowner'],
  ['pg_language', 'lanowner'],
  ['pg_foreign_data_wrapper', 'fdwowner'],
  ['pg_foreign_server', 'srvowner'],
  ['pg_publication', 'pubowner'],
  ['pg_event_trigger', 'evtowner'],
];

/**
 * Whatever lies outside the system's schemas and extensions, as `x` with its description `o`; large objects have any number.
 * Functions that came with a type, such as a range's constructors, belong to whoever made it and are in no dump.
 */
const USER_OBJECT = `(x.objid >= ${FIRST_USER_OID} OR x.classid = 'pg_largeobject'::regclass OR (x.classid = 'pg_namespace'::regclass AND o.identity = 'public'))
  AND coalesce(o.schema, '') !~ '^pg_' AND coalesce(o.schema, '') <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = x.classid AND e.objid = x.objid
    AND (e.deptype = 'e' OR e.deptype = 'i' AND x.classid = 'pg_proc'::regclass))`;

/** A dump does not drop it where the source has none. */
const isPublicSchema = (entry: CatalogEntry) => entry.identity === 'schema public';

const owners: CatalogSpec = {
  kind: 'owner of',
  ownership: true,
  aspect: true,
  identity: `o.type || ' ' || o.identity`,
  facts: { owner: 'pg_get_userbyid(x.owner)' },
  given: isPublicSchema,
  from: `FROM (${OWNED.map(
    ([catalog, owner, where = 'true']) =>
      `SELECT '${catalog}'::regclass AS classid, oid AS objid, ${owner} AS owner FROM ${catalog}
        WHERE (oid >= ${FIRST_USER_OID} OR '${catalog}' = 'pg_namespace') AND (${where})`,
  ).join(' UNION ALL ')}) x, pg_identify_object(x.classid, x.objid, 0) o WHERE ${USER_OBJECT}`,
};

const GRANTED = `privilege_type || CASE WHEN is_grantable THEN ' with grant option' ELSE '' END`;

/** By grantee, what `acl` gives beyond `base`, and with "not" what of it is missing. */
function deviation(acl: string, base: string): string {
  const exploded = (list: string) => `SELECT grantee, ${GRANTED} AS privilege FROM aclexplode(${list})`;
  const beyond = (one: string, other: string) => `(${exploded(one)} EXCEPT ${exploded(other)})`;
  return `SELECT jsonb_object_agg(g.grantee, g.privileges) AS facts FROM (
    SELECT CASE d.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(d.grantee)::text END AS grantee,
           string_agg(d.privilege, ', ' ORDER BY d.privilege COLLATE "C") AS privileges
      FROM (SELECT * FROM ${beyond(acl, base)} more
            UNION ALL SELECT grantee, 'not ' || privilege FROM ${beyond(base, acl)} less) d
     GROUP BY d.grantee) g`;
}

/** Catalogs with privileges: their column, the owner's, and what acldefault calls such an object. */
const GRANTABLE: readonly (readonly [catalog: string, acl: string, owner: string, letter: string])[] = [
  ['pg_namespace', 'nspacl', 'nspowner', `'n'`],
  ['pg_class', 'relacl', 'relowner', `CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::"char"`],
  ['pg_proc', 'proacl', 'proowner', `'f'`],
  ['pg_type', 'typacl', 'typowner', `'T'`],
  ['pg_language', 'lanacl', 'lanowner', `'l'`],
  ['pg_foreign_data_wrapper', 'fdwacl', 'fdwowner', `'F'`],
  ['pg_foreign_server', 'srvacl', 'srvowner', `'S'`],
];

const GRANTS = [
  ...GRANTABLE.map(
    ([catalog, acl, owner, letter]) =>
      `SELECT '${catalog}'::regclass AS classid, oid AS objid, 0 AS subid, ${acl} AS acl,
        acldefault(${letter}, ${owner}) AS base FROM ${catalog} WHERE ${acl} IS NOT NULL`,
  ),
  `SELECT 'pg_class'::regclass, a.attrelid, a.attnum, a.attacl, acldefault('c', c.relowner)
     FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE a.attacl IS NOT NULL AND NOT a.attisdropped`,
].join(' UNION ALL ');

/** Also on the system's and extensions' objects, where they differ from the privileges these came with. */
const privileges: CatalogSpec = {
  kind: 'privileges on',
  ownership: true,
  aspect: true,
  identity: `o.type || ' ' || o.identity`,
  facts: 'f.facts',
  from: `FROM (${GRANTS}) x
    LEFT JOIN pg_init_privs i ON i.objoid = x.objid AND i.classoid = x.classid AND i.objsubid = x.subid
    CROSS JOIN LATERAL (${deviation('x.acl', 'coalesce(i.initprivs, x.base)')}) f
    CROSS JOIN LATERAL pg_identify_object(x.classid, x.objid, x.subid) o
    WHERE f.facts IS NOT NULL AND coalesce(o.schema, '') !~ '^pg_(toast|temp)'
      AND 'information_schema' NOT IN (coalesce(o.schema, ''), o.identity)`,
};

const defaultPrivileges: CatalogSpec = {
  kind: 'default privileges',
  ownership: true,
  identity: identityOf('pg_default_acl', 'd.oid'),
  facts: 'f.facts',
  // In a schema they add to the global ones; acldefault of a column is the empty list.
  from: `FROM pg_default_acl d CROSS JOIN LATERAL (${deviation(
    'd.defaclacl',
    `acldefault(CASE WHEN d.defaclnamespace <> 0 THEN 'c' WHEN d.defaclobjtype = 'S' THEN 's'
      ELSE d.defaclobjtype END::"char", d.defaclrole)`,
  )}) f WHERE f.facts IS NOT NULL`,
};

/** There may be millions of large objects: counted by owner and privileges. */
const largeObjects: CatalogSpec = {
  kind: 'large objects by',
  ownership: true,
  aspect: true,
  identity: `'owner and privileges'`,
  facts: 'f.facts',
  from: `FROM (SELECT jsonb_object_agg(g.rights, g.n) AS facts FROM (
    SELECT pg_get_userbyid(m.lomowner) || coalesce(' ' || m.lomacl::text, '') AS rights, count(*) AS n
      FROM pg_largeobject_metadata m GROUP BY m.lomowner, m.lomacl) g) f WHERE f.facts IS NOT NULL`,
};

/** An extension's comment comes with its version. */
const comments: CatalogSpec = {
  kind: 'comment on',
  aspect: true,
  identity: `o.type || ' ' || o.identity`,
  facts: { text: 'x.description' },
  given: isPublicSchema,
  from: `FROM (SELECT classoid AS classid, objoid AS objid, objsubid, description FROM pg_description
      WHERE classoid <> 'pg_extension'::regclass) x,
    pg_identify_object(x.classid, x.objid, x.objsubid) o WHERE ${USER_OBJECT}`,
};

const securityLabels: CatalogSpec = {
  kind: 'security label on',
  aspect: true,
  identity: `o.type || ' ' || o.identity || ' by ' || x.provider`,
  facts: { label: 'x.label' },
  from: `FROM (SELECT classoid AS classid, objoid AS objid, objsubid, provider, label FROM pg_seclabel) x,
    pg_identify_object(x.classid, x.objid, x.objsubid) o WHERE ${USER_OBJECT}`,
};

/** Of the database itself, which has another name after a restore. It lies outside the dump, and so it is left out. */
const databaseLabels: CatalogSpec = {
  kind: 'security label on the database',
  identity: "'by ' || l.provider",
  aspect: true,
  facts: { label: 'l.label' },
  leftOut: () => true,
  from: `FROM pg_shseclabel l JOIN pg_database d ON d.oid = l.objoid AND l.classoid = 'pg_database'::regclass
    WHERE d.datname = current_database()`,
};

const schemas: CatalogSpec = {
  kind: 'schema',
  identity: 'quote_ident(n.nspname)',
  facts: {},
  from: `FROM pg_namespace n WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    AND ${notMember('pg_namespace', 'n.oid')}`,
  given: (entry) => entry.identity === 'public',
};

export const SECURITY_SPECS: readonly CatalogSpec[] = [
  schemas,
  owners,
  privileges,
  defaultPrivileges,
  largeObjects,
  comments,
  securityLabels,
  databaseLabels,
];
