/** Commands that a page tells people to type, as bash understands them. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pythonWithMoto } from '../support/emulator';
import { ROOT } from './markdown';

const PROGRAMS = ['aws', 'backstop', 'createdb', 'git', 'npm', 'npx', 'pg_dump', 'pg_restore', 'psql'];

/**
 * Every command of these programs, each with its words, in the order in which they begin; none of them is run.
 * @param variables that the page sets elsewhere
 */
export function commandsIn(
  blocks: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): string[][] {
  const folder = mkdtempSync(path.join(tmpdir(), 'page-'));
  const log = path.join(folder, 'log');
  const stubs = PROGRAMS.map(
    (name) => `${name}() { printf '%s\\x1f' ${name} "$@" >> ${log}; printf '\\x1e' >> ${log}; echo told; }`,
  );
  try {
    execFileSync('bash', ['--norc', '-e', '-c', [...stubs, ...blocks].join('\n')], { env: variables });
    const lines = readFileSync(log, 'utf8').split('\x1e').slice(0, -1);
    return lines.map((line) => line.split('\x1f').slice(0, -1));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What is wrong with lines of the AWS CLI: services, operations and options that it has not, or that are missing. */
export function faultsOfAwsCommands(lines: readonly (readonly string[])[]): unknown {
  const program = path.join(ROOT, 'test/support/check_aws_commands.py');
  const faults = execFileSync(pythonWithMoto(), [program], {
    input: JSON.stringify(lines),
    encoding: 'utf8',
  });
  return JSON.parse(faults);
}
