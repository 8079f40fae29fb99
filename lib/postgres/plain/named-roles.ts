/** Roles that the statements of a dump name, so that a missing one is told before anything is made. Pure. */
import { identifiersIn } from '../compare/identifiers';

const NAME = '(?:"(?:[^"]|"")+"|[^\\s",();]+)';
const NAMES = `${NAME}(?:\\s*,\\s*${NAME})*`;

const NAMING: readonly RegExp[] = [
  new RegExp(`^ALTER\\s[^]*\\sOWNER\\s+TO\\s+(${NAME})$`, 'i'),
  new RegExp(`^ALTER\\s+DEFAULT\\s+PRIVILEGES\\s+FOR\\s+ROLE\\s+(${NAME})\\s`, 'i'),
  new RegExp(
    `^(?:GRANT|REVOKE|ALTER\\s+DEFAULT\\s+PRIVILEGES)\\s[^]*\\s(?:TO|FROM)\\s+(${NAMES})(?:\\s+WITH\\s+GRANT\\s+OPTION)?(?:\\s+GRANTED\\s+BY\\s+${NAME})?$`,
    'i',
  ),
  new RegExp(`^CREATE\\s+POLICY\\s[^]*?\\sTO\\s+(${NAMES})(?:\\s+(?:USING|WITH)\\b[^]*)?$`, 'i'),
  new RegExp(`^CREATE\\s+USER\\s+MAPPING\\s+FOR\\s+(${NAME})\\s`, 'i'),
];
const CREATING = new RegExp(`^CREATE\\s+(?:ROLE|USER|GROUP)\\s+(${NAME})`, 'i');
const NO_ROLE = /^(?:public|current_user|session_user|current_role|group)$/i;

/** @param statement as the lexer tells it */
export function rolesNamed(statement: string): string[] {
  return NAMING.flatMap((pattern) => identifiersIn(pattern.exec(statement)?.[1] ?? '')).filter(
    (role) => !NO_ROLE.test(role),
  );
}

export function rolesCreated(statement: string): string[] {
  return CREATING.test(statement) && !/^CREATE\s+USER\s+MAPPING/i.test(statement)
    ? identifiersIn(CREATING.exec(statement)?.[1] ?? '')
    : [];
}
