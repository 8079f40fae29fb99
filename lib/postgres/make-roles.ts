/** Makes roles that a server lacks. What cannot be made is told: the gate of a restore asks for what is needed anyway. */
import type { Client } from 'pg';
import { messageOf } from '../contract/failure';
import { withoutSuperuserWords, type RoleStatement } from './globals-script';

export interface MakeRoles {
  readonly superuser: boolean;
  readonly onWarning: (text: string) => void;
}

export async function makeRoles(
  client: Client,
  statements: readonly RoleStatement[],
  { superuser, onWarning }: MakeRoles,
): Promise<void> {
  for (const { sql, roles } of statements) {
    const allowed = superuser ? { sql, loses: false } : withoutSuperuserWords(sql);
    if (allowed.loses)
      onWarning(`The role ${roles[0]} is made without what only a superuser may give: ${sql}.`);
    await client.query(allowed.sql).catch((error: unknown) => {
      onWarning(`Left out of the roles: ${told(sql, error)}`);
    });
  }
}

/** Values of settings may be secrets, and the server's words may hold them. */
function told(sql: string, error: unknown): string {
  const [, setting] = /^(ALTER ROLE .*? SET (?:"(?:[^"]|"")*"|\S+)) (?:TO|=) /s.exec(sql) ?? [];
  return setting === undefined ? `${sql}: ${messageOf(error)}` : `${setting}: the server refused it`;
}
