/** What an application finds at its database beside the data: owner, privileges, settings. A restored one gets those of the live one. */
import { escapeIdentifier, type Client } from 'pg';
import { Failure, messageOf } from '../../contract/failure';
import { applySettings, type LeftOut } from '../create-database';
import { readDatabaseSettings, readOverrides } from '../database-settings';
import { isKeptComment } from './names';

/**
 * From server to server only: values that may be secret are read and set, and told to nobody.
 * @returns settings that could not be carried over
 * @throws Failure `restore-failed` where owner or privileges are not exactly those of the live one
 */
export async function carryOver(client: Client, from: string, to: string): Promise<LeftOut[]> {
  const read = await readDatabaseSettings(client, from);
  // Of a database that was kept, and came back: it is no longer that.
  const comment = isKeptComment(read.comment) ? null : read.comment;
  const live = { ...read, comment, settings: await readOverrides(client, from) };
  await resetAll(client, to);
  const leftOut = await applySettings(client, to, live);
  await carryPrivileges(client, { from, to, owner: live.owner });
  return leftOut;
}

/** The backup may have had other settings. */
async function resetAll(client: Client, name: string): Promise<void> {
  const database = escapeIdentifier(name);
  const roles = new Set((await readOverrides(client, name)).map(({ role }) => role));
  for (const role of roles)
    await client.query(
      role === null
        ? `ALTER DATABASE ${database} RESET ALL`
        : `ALTER ROLE ${escapeIdentifier(role)} IN DATABASE ${database} RESET ALL`,
    );
  await client.query(`ALTER DATABASE ${database} CONNECTION LIMIT -1`);
  await client.query(`COMMENT ON DATABASE ${database} IS NULL`);
}

/** As they take effect: a database without a list of its own has the default one. */
const PRIVILEGES = `
  SELECT a.privilege_type AS privilege, a.is_grantable AS grantable,
         CASE WHEN a.grantee = 0 THEN NULL ELSE pg_catalog.pg_get_userbyid(a.grantee)::text END AS grantee
    FROM pg_catalog.pg_database d,
         pg_catalog.aclexplode(coalesce(d.datacl, pg_catalog.acldefault('d', d.datdba))) a
   WHERE d.datname = $1 ORDER BY 3 NULLS FIRST, 1`;

interface Privilege {
  readonly privilege: string;
  readonly grantable: boolean;
  /** null for PUBLIC. */
  readonly grantee: string | null;
}

async function carryPrivileges(
  client: Client,
  { from, to, owner }: { readonly from: string; readonly to: string; readonly owner: string },
): Promise<void> {
  const database = escapeIdentifier(to);
  const roleOf = ({ grantee }: Privilege) => (grantee === null ? 'PUBLIC' : escapeIdentifier(grantee));
  const wanted = await privilegesOf(client, from);
  try {
    await client.query('BEGIN');
    await client.query(`ALTER DATABASE ${database} OWNER TO ${escapeIdentifier(owner)}`);
    for (const grantee of new Set((await privilegesOf(client, to)).map(roleOf)))
      await client.query(`REVOKE ALL ON DATABASE ${database} FROM ${grantee} CASCADE`);
    for (const each of wanted) {
      const option = each.grantable ? ' WITH GRANT OPTION' : '';
      await client.query(`GRANT ${each.privilege} ON DATABASE ${database} TO ${roleOf(each)}${option}`);
    }
    const given = await privilegesOf(client, to);
    if (JSON.stringify(given) !== JSON.stringify(wanted)) throw new Error('the server gave others');
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw new Failure(
      'restore-failed',
      `${to} cannot be given the owner and privileges of ${from}: ${messageOf(error)}`,
      {
        cause: error,
        hint: `Run as a superuser, or as a member of ${owner}.`,
      },
    );
  }
}

/** Grants of several grantors come to one. */
async function privilegesOf(client: Client, name: string): Promise<Privilege[]> {
  const { rows } = await client.query<Privilege>(PRIVILEGES, [name]);
  const byKey = new Map<string, Privilege>();
  for (const row of rows) {
    const key = JSON.stringify([row.grantee, row.privilege]);
    byKey.set(key, { ...row, grantable: row.grantable || byKey.get(key)?.grantable === true });
  }
  return [...byKey.values()];
}
