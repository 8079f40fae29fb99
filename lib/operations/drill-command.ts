/** Runs a command of the settings against a restored database: with nothing of ours in its environment. */
import { libpqEnvironment, type ConnectionTarget } from '../postgres/connection';
import type { Verdict } from './drill-verdict';
import { runToldCommand, type CommandRun } from './told-command';

export interface CommandCheck extends Pick<CommandRun, 'command' | 'timeoutSeconds' | 'signal'> {
  readonly target: ConnectionTarget;
  /** It starts there. */
  readonly directory: string;
}

type Environment = Readonly<Record<string, string>>;

export async function runCommandCheck({ target, ...run }: CommandCheck): Promise<Verdict> {
  const environment = await environmentFor(target);
  return runToldCommand({ ...run, environment, secrets: [environment['PGPASSWORD'] ?? ''] });
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
