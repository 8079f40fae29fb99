/** Why a session with a server does not come about, and what to do about it. */
import { messageOf } from '../contract/failure';

/** pg's own words where no password is given and the server wants one. */
const NO_PASSWORD = /client password must be a/;

/** Why no session came about, in the words of the server, of the system, or our own. */
export function reasonOf(error: unknown): string {
  if (NO_PASSWORD.test(messageOf(error))) return 'the server asks for a password, and none is given';
  return messageOf(error) || codeOf(error);
}

function codeOf(error: unknown): string {
  return (error as { code?: string }).code ?? 'no reason given';
}

/** https://www.postgresql.org/docs/current/errcodes-appendix.html and Node's network codes. */
const HINTS: Readonly<Record<string, string>> = {
  '28P01':
    'Check the password (PGPASSWORD, the passfile, or the secret) and the user: a server says the same of one that does not exist.',
  '28000':
    'Check the user, and whether the server demands TLS (sslmode); RDS IAM wants rds_iam granted to the user.',
  '3D000': 'Check the database name at the end of the URL.',
  '53300': 'The server has no free connection: raise max_connections or run at another hour.',
  '57P03': 'The server is starting up or shutting down: try again in a minute.',
  ECONNREFUSED: 'Nothing listens there: check host and port.',
  ENOTFOUND: 'The host name does not resolve: check it.',
  ETIMEDOUT: 'No answer: check the security group or firewall.',
};

/** What to look at. */
export function hintOf(error: unknown): string {
  const message = messageOf(error);
  if (/certificate|self.signed|altnames/i.test(message)) {
    return 'The server certificate is not trusted: give its authority by sslrootcert=FILE, or weaken sslmode knowingly.';
  }
  if (NO_PASSWORD.test(message))
    return 'Set PGPASSWORD, or name a file of passwords in PGPASSFILE; it must be yours alone (chmod 600).';
  if (message.includes('does not support SSL'))
    return 'Switch TLS on at the server. Without it everybody in between can read along: then only sslmode=disable in the URL, or tls.mode in the settings, lets us in.';
  return HINTS[codeOf(error)] ?? 'Check host, port, user, password and TLS.';
}
