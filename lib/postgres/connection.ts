/**
 * How PostgreSQL is reached: one description, told to our own sessions (pg) and to PostgreSQL's programs (libpq's
 * environment). Passwords travel by environment or passfile only.
 * Names and meanings: https://www.postgresql.org/docs/current/libpq-envars.html
 */
import { existsSync, readFileSync } from 'node:fs';
import { Client, type ClientConfig } from 'pg';
import { Failure, messageOf } from '../contract/failure';
import { hintOf, reasonOf } from './connection-refusal';

export const SSL_MODES = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
export type SslMode = (typeof SSL_MODES)[number];

/** A password, or what makes one for each session anew: a token has expired when a later session opens. */
export type Password = string | (() => Promise<string>);

export interface ConnectionTarget {
  /** Host name, address, or folder of a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  /** undefined: a passfile or no password. */
  readonly password: Password | undefined;
  readonly passfile: string | undefined;
  readonly sslMode: SslMode;
  /** Certificates of the authorities that are trusted, PEM. */
  readonly sslRootCert: string | undefined;
  readonly sslCert: string | undefined;
  readonly sslKey: string | undefined;
  /** Sent to the server at the start of a session, for example `-c search_path=app`. */
  readonly options: string | undefined;
}

const ALLOWED_PARAMETERS = [
  'sslmode',
  'sslrootcert',
  'sslcert',
  'sslkey',
  'options',
  'channel_binding',
  'connect_timeout',
];
const CONNECT_TIMEOUT_SECONDS = 15;

/** Where operating systems keep the certificates that everybody trusts. */
const SYSTEM_ROOT_CERTS = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/cert.pem',
];

/**
 * Reads `postgres://user@host:port/database?sslmode=…`; what the URL leaves out comes from libpq's environment.
 * TLS is verified in full unless the server is on this machine or the URL says otherwise.
 */
export function connectionTarget(url: string, environment: NodeJS.ProcessEnv): ConnectionTarget {
  const parsed = parseUrl(url);
  const parameter = (name: string) => parsed.searchParams.get(name) ?? undefined;
  const unknown = [...parsed.searchParams.keys()].filter((name) => !ALLOWED_PARAMETERS.includes(name));
  if (unknown.length > 0) {
    throw new Failure('usage', `The database URL has unknown parameters: ${unknown.join(', ')}.`, {
      hint: `Allowed are ${ALLOWED_PARAMETERS.join(', ')}.`,
    });
  }
  const host =
    decodeURIComponent(parsed.hostname.replace(/^\[|\]$/g, '')) || environment['PGHOST'] || 'localhost';
  const user = decodeURIComponent(parsed.username) || environment['PGUSER'] || '';
  const database = decodeURIComponent(parsed.pathname.slice(1)) || environment['PGDATABASE'] || user;
  if (user === '')
    throw new Failure('usage', 'The database URL names no user.', {
      hint: 'Write postgres://user@host/database.',
    });
  return {
    host,
    port: Number(parsed.port || environment['PGPORT'] || 5432),
    user,
    database,
    password: decodeURIComponent(parsed.password) || environmentPassword(environment),
    passfile: environment['PGPASSFILE'],
    sslMode: sslMode(parameter('sslmode') ?? environment['PGSSLMODE'], host),
    sslRootCert: parameter('sslrootcert') ?? environment['PGSSLROOTCERT'],
    sslCert: parameter('sslcert') ?? environment['PGSSLCERT'],
    sslKey: parameter('sslkey') ?? environment['PGSSLKEY'],
    options: parameter('options') ?? environment['PGOPTIONS'],
  };
}

/**
 * PGPASSWORD without one newline at its end: editors put it there, and ECS and `--secret-string file://` pass it on as part
 * of the secret. A password that really ends in one cannot be given, as in a passfile of libpq.
 */
export function environmentPassword({ PGPASSWORD }: NodeJS.ProcessEnv): string | undefined {
  return PGPASSWORD?.replace(/\r?\n$/, '');
}

/** For messages: no password. */
export function describeTarget(target: ConnectionTarget): string {
  return `${target.user}@${target.host}:${target.port}/${target.database}`;
}

/**
 * The environment under which PostgreSQL's own programs reach the target: made for one start of a program, which opens
 * its sessions soon.
 */
export async function libpqEnvironment(target: ConnectionTarget): Promise<Record<string, string>> {
  const { password } = target;
  const optional = {
    PGPASSWORD: typeof password === 'function' ? await password() : password,
    PGPASSFILE: target.passfile,
    PGSSLROOTCERT: rootCertFile(target),
    PGSSLCERT: target.sslCert,
    PGSSLKEY: target.sslKey,
    PGOPTIONS: target.options,
    HOME: process.env['HOME'],
    PATH: process.env['PATH'],
    TMPDIR: process.env['TMPDIR'],
  };
  return {
    PGHOST: target.host,
    PGPORT: String(target.port),
    PGUSER: target.user,
    PGDATABASE: target.database,
    PGSSLMODE: target.sslMode,
    PGAPPNAME: 'backstop',
    PGCONNECT_TIMEOUT: String(CONNECT_TIMEOUT_SECONDS),
    // Instants in an archive read the same wherever it was made: a compare depends on it.
    PGTZ: 'UTC',
    // Messages are read by us: they must not be translated.
    LC_ALL: 'C',
    ...Object.fromEntries(Object.entries(optional).filter((entry) => entry[1] !== undefined)),
  };
}

/** Opens a session; a Failure `database-unreachable` says what to look at. */
export async function connect(target: ConnectionTarget, applicationName = 'backstop'): Promise<Client> {
  try {
    return await open(target, applicationName, target.sslMode !== 'disable');
  } catch (error) {
    if (target.sslMode === 'prefer' && messageOf(error).includes('does not support SSL')) {
      return connect({ ...target, sslMode: 'disable' }, applicationName);
    }
    if (error instanceof Failure) throw error;
    throw new Failure('database-unreachable', `${describeTarget(target)}: ${reasonOf(error)}`, {
      cause: error,
      hint: hintOf(error),
    });
  }
}

async function open(target: ConnectionTarget, applicationName: string, tls: boolean): Promise<Client> {
  const client = new Client(clientConfig(target, applicationName, tls));
  // Without a listener a lost connection would end the whole process.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

function clientConfig(target: ConnectionTarget, applicationName: string, tls: boolean): ClientConfig {
  const { host, port, user, database, password, options } = target;
  return {
    host,
    port,
    user,
    database,
    ...(password === undefined ? {} : { password }),
    ...(options === undefined ? {} : { options }),
    ssl: tls && !host.startsWith('/') ? tlsOptions(target) : false,
    keepAlive: true,
    keepAliveInitialDelayMillis: 30_000,
    application_name: applicationName,
    connectionTimeoutMillis: CONNECT_TIMEOUT_SECONDS * 1000,
  };
}

function tlsOptions(target: ConnectionTarget) {
  const ca = rootCertFile(target);
  const verified = target.sslMode === 'verify-full' || target.sslMode === 'verify-ca';
  return {
    rejectUnauthorized: verified,
    ...(verified && ca !== undefined ? { ca: readFileSync(ca, 'utf8') } : {}),
    ...(target.sslMode === 'verify-ca' ? { checkServerIdentity: () => undefined } : {}),
    ...(target.sslCert === undefined ? {} : { cert: readFileSync(target.sslCert, 'utf8') }),
    ...(target.sslKey === undefined ? {} : { key: readFileSync(target.sslKey, 'utf8') }),
  };
}

/** libpq before 16 has no word for "what the system trusts": it wants the file. */
function rootCertFile(target: ConnectionTarget): string | undefined {
  if (target.sslRootCert !== undefined && target.sslRootCert !== 'system') return target.sslRootCert;
  if (!target.sslMode.startsWith('verify')) return undefined;
  return SYSTEM_ROOT_CERTS.find((file) => existsSync(file));
}

function sslMode(wanted: string | undefined, host: string): SslMode {
  if (wanted === undefined) return isLocal(host) ? 'prefer' : 'verify-full';
  const mode = SSL_MODES.find((candidate) => candidate === wanted);
  if (mode === undefined) {
    throw new Failure('usage', `sslmode is ${wanted}; allowed are ${SSL_MODES.join(', ')}.`);
  }
  return mode;
}

function isLocal(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.') || host.startsWith('/');
}

function parseUrl(url: string): URL {
  try {
    const parsed = new URL(url);
    if (parsed.protocol === 'postgres:' || parsed.protocol === 'postgresql:') return parsed;
  } catch {
    // Said below; the text itself may hold a password.
  }
  throw new Failure('usage', 'The database URL cannot be read.', {
    hint: 'Write postgres://user@host:5432/database and put the password into PGPASSWORD or a passfile.',
  });
}
