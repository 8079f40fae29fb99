/** The roles of a recovery point, where a restore is asked to make those that the server lacks. */
import type { Client } from 'pg';
import { Failure } from '../contract/failure';
import type { Manifest } from '../contract/manifest';
import { pointPrefix, POINT_OBJECTS } from '../contract/object-keys';
import { missingRoles } from '../postgres/create-database';
import { roleStatements, statementsFor, type RoleStatement } from '../postgres/globals-script';
import { makeRoles } from '../postgres/make-roles';
import { withMaintenance } from '../postgres/target-server';
import { readPointObject } from './fetch-point';
import type { OlderVersions } from './older-versions';
import type { RestorePlan } from './restore-plan';
import type { LoadingTools } from './restore-request';

/** @throws Failure `restore-refused` where the point has none; `stored-data-faulty` */
export async function readGlobals(
  manifest: Manifest,
  { store, signal }: Pick<LoadingTools, 'store' | 'signal'>,
  older?: OlderVersions,
): Promise<RoleStatement[]> {
  const key = `${pointPrefix(manifest.class, manifest.database, manifest.id)}${POINT_OBJECTS.globals}`;
  const file = manifest.files.find((candidate) => candidate.key === key);
  if (file === undefined)
    throw new Failure(
      'restore-refused',
      `${manifest.database} ${manifest.id} holds no roles: the server refused them when it was backed up.`,
      {
        hint: 'Restore without --globals; roles that the dump needs are then named.',
      },
    );
  return roleStatements((await readPointObject(store, file, { signal, older })).toString('utf8'));
}

/** @returns the roles that the server lacks, and what makes them */
export async function rolesToMake(
  maintenance: Client,
  globals: readonly RoleStatement[],
): Promise<{ readonly missing: readonly string[]; readonly roles: readonly RoleStatement[] }> {
  const missing = await missingRoles(maintenance, madeBy(globals));
  return { missing, roles: statementsFor(globals, missing) };
}

/** Roles belong to the server: they stay, whatever comes of the restore. */
export async function makeMissingRoles({ request, roles, server, warn, tools }: RestorePlan): Promise<void> {
  if (roles.length === 0) return;
  await withMaintenance(request.maintenance, (client) =>
    makeRoles(client, roles, { superuser: server.superuser, onWarning: warn }),
  );
  const made = madeBy(roles);
  tools.reporter.info(`Made ${made.length} roles: ${made.join(', ')}. They have no passwords.`);
}

function madeBy(statements: readonly RoleStatement[]): string[] {
  return statements.filter(({ sql }) => sql.startsWith('CREATE ROLE ')).flatMap(({ roles }) => roles);
}
