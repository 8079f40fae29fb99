/** Which roles a restore needs on its server, found in the manifest before anything is changed. Pure. */
import type { CatalogEntry } from '../contract/inventory';
import type { Manifest } from '../contract/manifest';
import { identifiersIn } from './compare/identifiers';
import { aclRoles } from './create-database';

const PUBLIC = /^public$/i;

/** @param owners whether owners and privileges are brought back */
export function requiredRoles(
  { catalog, databaseSettings }: Pick<Manifest, 'catalog' | 'databaseSettings'>,
  owners: boolean,
): string[] {
  const ofObjects = catalog.flatMap((entry) => [
    ...rolesInDefinition(entry),
    ...(owners ? rolesOfOwnership(entry) : []),
  ]);
  const ofDatabase = owners ? [databaseSettings.owner, ...aclRoles(databaseSettings.acl)] : [];
  return [...new Set([...ofObjects, ...ofDatabase])].filter((role) => !PUBLIC.test(role)).sort();
}

/** pg_restore has no switch to leave these out: without the role the statement fails. */
function rolesInDefinition({ kind, identity, facts }: CatalogEntry): string[] {
  if (kind === 'policy')
    return String(facts['roles'] ?? '')
      .split(', ')
      .filter((role) => role !== '');
  if (kind === 'user mapping') return identifiersIn(identity).slice(0, 1);
  return [];
}

function rolesOfOwnership({ kind, identity, facts }: CatalogEntry): string[] {
  switch (kind) {
    case 'owner of':
      return [String(facts['owner'])];
    case 'privileges on':
      return Object.keys(facts);
    case 'default privileges':
      return [...identifiersIn(identity.replace(/^for role /, '')).slice(0, 1), ...Object.keys(facts)];
    case 'large objects by':
      return Object.keys(facts).map((rights) => rights.replace(/ \{.*$/, ''));
    default:
      return [];
  }
}
