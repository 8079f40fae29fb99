/** Whether an archive may be restored: asked after it was read to its end, before anything is changed. */
import { escapeIdentifier, type Client } from 'pg';
import { Failure } from '../../contract/failure';
import { missingRoles } from '../../postgres/create-database';
import type { Found, PlainSurvey } from '../../postgres/plain/survey-plain';
import { knowsRestrictedMode } from '../../postgres/plain/psql-commands';
import { admitVersion } from '../../postgres/target-server';
import type { Toolchain } from '../../postgres/toolchain';
import type { Allowance } from './archive-request';

export interface Asked {
  readonly survey: PlainSurvey;
  readonly plain: boolean;
  readonly owners: boolean;
  readonly allow: readonly Allowance[];
  readonly targetMajor: number;
}

const SHOWN = 5;

/**
 * @returns warnings
 * @throws Failure `stored-data-faulty` for a dump that was cut short, `restore-refused`
 */
export function admitArchive({ survey, plain, owners, allow, targetMajor }: Asked): string[] {
  const { otherDatabases, complete, cutInRows, serverVersion } = survey;
  if (cutInRows) throw cutShort('It ends in the middle of the rows of a table.', 'choose another archive.');
  const open = plain && !complete;
  if (open && !allow.includes('no-end-line')) {
    throw cutShort(
      'It does not end with "-- PostgreSQL database dump complete".',
      'choose another archive; --allow no-end-line restores it where you know that pg_dump did not write its end.',
    );
  }
  demandReadable(survey, plain);
  if (otherDatabases.length > 0 && !(plain && allow.includes('creates-databases'))) {
    throw refused(
      `statements that make, change, drop or enter databases of their own, or that begin and end transactions: ${shown(otherDatabases)}`,
      'pg_dump --create or pg_dumpall wrote such. Take them out, and the rest goes into the database that you name; --allow creates-databases runs them as they are.',
    );
  }
  const major = Number.parseInt(serverVersion ?? '', 10);
  const version = Number.isNaN(major) ? undefined : admitVersion(major, targetMajor);
  return [
    ...(Number.isNaN(major)
      ? ['The archive does not say which server it is of: its version was not checked.']
      : []),
    ...(version === undefined ? [] : [version]),
    ...(open ? ['The archive has no last line of pg_dump: nothing says that it is whole.'] : []),
    ...(plain && !owners
      ? ['A plain dump keeps the owners and privileges that it was written with: they cannot be left out.']
      : []),
    ...(otherDatabases.length > 0
      ? [`The archive runs as it is, outside of a transaction: ${shown(otherDatabases)}`]
      : []),
  ];
}

/** @throws Failure `restore-refused` for what must not run, or what we cannot be sure of */
function demandReadable({ commands, doubts, oldStrings }: PlainSurvey, plain: boolean): void {
  if (commands.length > 0) {
    throw refused(
      `commands of psql, which are never run: ${shown(commands)}`,
      'Take them out of the archive, where you know what they are for.',
    );
  }
  if (doubts.length > 0) {
    throw refused(
      `what no pg_dump writes, and psql may read otherwise than we do: ${shown(doubts)}`,
      'Take it out of the archive, where you know what it is for: write one statement on a line, and leave client_encoding and the settings of strings to the lines that pg_dump wrote.',
    );
  }
  if (plain && oldStrings.length > 0) {
    throw refused(
      `strings of old times, in which a backslash escapes: ${shown(oldStrings)}`,
      'The server had standard_conforming_strings off. Restore it by hand with psql as a user who owns nothing else, or dump it anew with it on.',
    );
  }
}

/**
 * Without psql's restricted mode our own reading would be all that keeps its commands from running.
 * @throws Failure `no-client`
 */
export function demandRestrictedMode(plain: boolean, { version, directory }: Toolchain): void {
  if (!plain || knowsRestrictedMode(version)) return;
  throw new Failure(
    'no-client',
    `psql ${version} in ${directory} has no restricted mode: a command in a plain archive could start programs here.`,
    {
      hint: 'Update the client programs: minors since August 2025 have it (13.22, 14.19, 15.14, 16.10, 17.6). Or name others by --postgres-bin.',
    },
  );
}

/** @throws Failure `restore-refused` naming the roles, with the statements that make them */
export async function demandNamedRoles(client: Client, { roles }: PlainSurvey): Promise<void> {
  const missing = await missingRoles(client, roles);
  if (missing.length === 0) return;
  const statements = missing.map((role) => `CREATE ROLE ${escapeIdentifier(role)} NOLOGIN;`);
  throw new Failure(
    'restore-refused',
    `The target lacks roles that the archive names: ${missing.join(', ')}.`,
    {
      hint: `Create them, then run again: ${statements.join(' ')}`,
    },
  );
}

/** Those that only clients have: https://www.postgresql.org/docs/current/multibyte.html */
const CLIENT_ONLY = ['BIG5', 'GB18030', 'GBK', 'JOHAB', 'SHIFT_JIS_2004', 'SJIS', 'UHC'];

/** The encoding of the database that holds the archive's characters, as the server names it. */
export async function encodingFor(client: Client, { encoding }: PlainSurvey): Promise<string> {
  const { rows } = await client.query<{ name: string }>(
    'SELECT pg_catalog.pg_encoding_to_char(pg_catalog.pg_char_to_encoding($1)) AS name',
    [encoding],
  );
  const name = rows[0]?.name ?? '';
  return name === '' || CLIENT_ONLY.includes(name) ? 'UTF8' : name;
}

function shown(found: readonly Found[]): string {
  const some = found.slice(0, SHOWN).map(({ line, text }) => `line ${line}: ${text}`);
  return [...some, ...(found.length > SHOWN ? ['and more'] : [])].join('; ');
}

function refused(what: string, hint: string): Failure {
  return new Failure('restore-refused', `The archive holds ${what}`, { hint });
}

function cutShort(message: string, next: string): Failure {
  return new Failure('stored-data-faulty', `The archive was cut short. ${message}`, {
    hint: `It does not hold the whole database: ${next}`,
  });
}
