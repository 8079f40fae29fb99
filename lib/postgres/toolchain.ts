/**
 * PostgreSQL's own programs, of the server's major. A newer pg_dump writes what an older server refuses, an older
 * one refuses the server: https://www.postgresql.org/docs/current/app-pgdump.html (Notes).
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { Failure, messageOf } from '../contract/failure';
import { runProgram } from '../runtime/child-process';

export type ProgramName = 'pg_dump' | 'pg_restore' | 'pg_dumpall' | 'psql' | 'initdb' | 'postgres';

export interface Toolchain {
  readonly major: number;
  /** For example `15.18`. */
  readonly version: string;
  readonly directory: string;
  /** The path of a program. */
  path(program: ProgramName): string;
}

/**
 * The client programs for a server.
 * @param override a folder that is looked at first and alone
 * @throws Failure `no-client` naming the server's major and every client found
 */
export async function toolchainFor(serverMajor: number, override?: string): Promise<Toolchain> {
  const { toolchain, found } = await findPrograms(serverMajor, ['pg_dump'], override);
  if (toolchain !== undefined) return toolchain;
  throw new Failure(
    'no-client',
    `The server is PostgreSQL ${serverMajor}; the client programs found here are: ${found.join(', ') || 'none'}.`,
    {
      hint: `Install postgresql-client-${serverMajor}, or name the folder of its pg_dump by --postgres-bin.`,
    },
  );
}

/** The programs of a server, for one of our own. @throws Failure `no-client` naming the major and every server found */
export async function serverToolchainFor(major: number, override?: string): Promise<Toolchain> {
  const { toolchain, found } = await findPrograms(major, ['postgres', 'initdb'], override);
  if (toolchain !== undefined) return toolchain;
  throw new Failure(
    'no-client',
    `A throw-away server of PostgreSQL ${major} needs its initdb and postgres; those found here are: ${found.join(', ') || 'none'}.`,
    {
      hint: `Install postgresql-${major}, or name the folder of its programs by --postgres-bin.`,
    },
  );
}

/** The first folder that has the programs in this major, and which other versions were found. */
async function findPrograms(
  wantedMajor: number,
  programs: readonly [ProgramName, ...ProgramName[]],
  override: string | undefined,
): Promise<{ readonly toolchain?: Toolchain; readonly found: readonly string[] }> {
  const directories = override === undefined ? usualDirectories(wantedMajor) : [override];
  const found: string[] = [];
  const hasAll = (directory: string) => programs.every((name) => existsSync(path.join(directory, name)));
  for (const directory of directories.filter(hasAll)) {
    const version = await programVersion(directory, programs[0]);
    const major = Number.parseInt(version, 10);
    if (major === wantedMajor) {
      return { toolchain: { major, version, directory, path: (name) => path.join(directory, name) }, found };
    }
    found.push(`${version} in ${directory}`);
  }
  return { found };
}

/** For example `15.18` from `pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`. */
export function parseClientVersion(text: string): string {
  const version = /\(PostgreSQL\) (\d+[.\w]*)/.exec(text)?.[1];
  if (version === undefined) throw new Failure('no-client', `no version in: ${text.trim()}`);
  return version;
}

async function programVersion(directory: string, program: ProgramName): Promise<string> {
  const command = path.join(directory, program);
  try {
    return parseClientVersion(await runProgram({ command, args: ['--version'], env: { LC_ALL: 'C' } }));
  } catch (error) {
    throw new Failure('no-client', `${command} does not work: ${messageOf(error)}`, {
      cause: error,
      hint: 'Install it anew, or name another folder by --postgres-bin.',
    });
  }
}

function usualDirectories(major: number): string[] {
  const onPath = (process.env['PATH'] ?? '').split(path.delimiter).filter((directory) => directory !== '');
  return [
    `/usr/lib/postgresql/${major}/bin`,
    `/usr/pgsql-${major}/bin`,
    `/opt/homebrew/opt/postgresql@${major}/bin`,
    `/usr/local/opt/postgresql@${major}/bin`,
    `/Applications/Postgres.app/Contents/Versions/${major}/bin`,
    // Unpacked by bin/setup beside the machine's own.
    path.resolve(__dirname, `../../.tools/postgres-${major}/usr/lib/postgresql/${major}/bin`),
    ...onPath,
  ];
}
