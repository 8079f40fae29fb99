/** What an application finds at its database beside the data: owner, privileges, settings. A restored one gets those of the live one. */
import { escapeIdentifier, type Client } from 'pg';
import { messageOf } from '../../contract/failure';
import { applyOwnership, applySettings, type LeftOut } from '../create-database';
import { readDatabaseSettings, readOverrides } from '../database-settings';

/**
 * From server to server only: values that may be secret are read and set, and told to nobody.
 * @returns what could not be carried over
 */
export async function carryOver(client: Client, from: string, to: string): Promise<LeftOut[]> {
  const settings = await readOverrides(client, from);
  const live = { ...(await readDatabaseSettings(client, from)), settings };
  await resetAll(client, to);
  const leftOut = await applySettings(client, to, live);
  try {
    await applyOwnership(client, to, live);
    return leftOut;
  } catch (error) {
    return [...leftOut, { what: `owner ${live.owner} and privileges`, reason: messageOf(error) }];
  }
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
}
