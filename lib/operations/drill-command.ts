/** Runs a command of the settings against a restored database: without a shell, and with nothing of ours in its environment. */
import { messageOf } from '../contract/failure';
import { libpqEnvironment, type ConnectionTarget } from '../postgres/connection';
import { ProgramFailed, startProgram } from '../runtime/child-process';
import type { Verdict } from './drill-verdict';

export interface CommandRun {
  readonly command: readonly string[];
  readonly timeoutSeconds: number;
  readonly target: ConnectionTarget;
  /** It starts there. */
  readonly directory: string;
  readonly signal: AbortSignal;
}

type Environment = Readonly<Record<string, string>>;

/** Of what a command prints, so much of its end is looked at; and so much is told. */
const TAIL_BYTES = 8192;
const TOLD_CHARACTERS = 300;

export async function runCommandCheck(run: CommandRun): Promise<Verdict> {
  const environment = await environmentFor(run.target);
  const told = (text: string) => withoutPassword(text, environment).slice(0, TOLD_CHARACTERS);
  const timeout = AbortSignal.timeout(run.timeoutSeconds * 1000);
  try {
    const lastLine = await lastLineOf(run, environment, AbortSignal.any([run.signal, timeout]));
    if (timeout.aborted) return { passed: false, text: overdue(run) };
    return { passed: true, text: told(lastLine === '' ? 'exited with 0' : lastLine) };
  } catch (error) {
    return { passed: false, text: timeout.aborted ? overdue(run) : told(reasonOf(error)) };
  }
}

async function lastLineOf(
  { command, directory: cwd }: CommandRun,
  env: Environment,
  signal: AbortSignal,
): Promise<string> {
  const [program = '', ...args] = command;
  let tail = Buffer.alloc(0);
  for await (const chunk of startProgram({ command: program, args, env, cwd, signal }).stdout) {
    tail = Buffer.concat([tail, chunk]).subarray(-TAIL_BYTES);
  }
  return tail.toString('utf8').trimEnd().split('\n').at(-1)?.trim() ?? '';
}

function reasonOf(error: unknown): string {
  if (!(error instanceof ProgramFailed)) return messageOf(error);
  const [how = ''] = error.message.split('\n');
  const last = error.stderrTail.filter((line) => line.trim() !== '').at(-1);
  return last === undefined ? how : `${how}: ${last.trim()}`;
}

function overdue({ timeoutSeconds }: CommandRun): string {
  return `did not end within ${timeoutSeconds} s`;
}

/** Where the database is, and what every program needs. Nothing else: our own environment holds credentials. */
async function environmentFor(target: ConnectionTarget): Promise<Environment> {
  const libpq = Object.entries(await libpqEnvironment(target)).filter(([name]) => name.startsWith('PG'));
  const { PATH, HOME, LANG } = process.env;
  const own = Object.entries({ PATH, HOME, LANG }).filter(([, value]) => value !== undefined);
  const known = Object.fromEntries([...own, ...libpq]) as Environment;
  return { ...known, DATABASE_URL: databaseUrl(target, known) };
}

/** For programs that read no libpq variables. A folder of a Unix socket is a host, too. */
function databaseUrl({ user, host, port, database, sslMode }: ConnectionTarget, libpq: Environment): string {
  const { PGPASSWORD: password, PGSSLROOTCERT: rootCert } = libpq;
  const who = [user, ...(password === undefined ? [] : [password])].map(encodeURIComponent).join(':');
  const where = host.includes(':') ? `[${host}]` : encodeURIComponent(host);
  const trust = rootCert === undefined ? '' : `&sslrootcert=${encodeURIComponent(rootCert)}`;
  return `postgres://${who}@${where}:${port}/${encodeURIComponent(database)}?sslmode=${sslMode}${trust}`;
}

/** A command may print what it was given. */
function withoutPassword(text: string, { PGPASSWORD = '' }: Environment): string {
  const secrets = [PGPASSWORD, encodeURIComponent(PGPASSWORD)].filter((secret) => secret !== '');
  return secrets.reduce((rest, secret) => rest.replaceAll(secret, '…'), text);
}
