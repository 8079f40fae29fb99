/** What a restore gave the database itself: locale, comment, settings, owner and privileges, in words. Pure. */
import type { Difference } from '../../contract/inventory';
import type { DatabaseSettings } from '../../contract/manifest';
import { parseAcl } from '../acl';
import { settingName } from '../database-statements';

const LOCALE = ['localeProvider', 'collate', 'ctype', 'locale', 'icuRules', 'collationVersion'] as const;

/** How texts are stored and sorted here; the restore has built each index with it. */
export function compareLocale(expected: DatabaseSettings, actual: DatabaseSettings): Difference[] {
  const differing = (['encoding', ...LOCALE] as const).filter((name) => expected[name] !== actual[name]);
  return differing.map((name) => ({
    class: name === 'encoding' ? 'schema' : 'environment',
    subject: `database setting ${name}`,
    text: isAndWas(actual[name] ?? undefined, expected[name] ?? undefined),
  }));
}

export interface AppliedSettings {
  /** Whether the restore was asked to bring owners and privileges back. */
  readonly owners: boolean;
  /** Whether the restore made the database: one that was there before may have settings of its own. */
  readonly created: boolean;
  /** What could not be applied and was told: `comment`, `setting work_mem of role app`. */
  readonly leftOut: readonly string[];
}

/** @param actual once the settings were applied */
export function compareDatabaseSettings(
  expected: DatabaseSettings,
  actual: DatabaseSettings,
  { owners, created, leftOut }: AppliedSettings,
): Difference[] {
  const [was, is] = [factsOf(expected, owners), factsOf(actual, owners)];
  const differing = [...new Set([...was.keys(), ...is.keys()])].filter(
    (name) => was.get(name) !== is.get(name),
  );
  return differing.map((name) => {
    const known = leftOut.includes(name) || (!created && !was.has(name));
    return {
      class: known ? 'environment' : 'schema',
      subject: `database ${name}`,
      text: ownSetting(name)
        ? 'is not as it was when it was backed up'
        : isAndWas(is.get(name), was.get(name)),
    };
  });
}

/** An application's own parameter, such as `app.token`: its value may be a secret. */
function ownSetting(name: string): boolean {
  return /^setting [^ ]*\./.test(name);
}

function isAndWas(is: string | undefined, was: string | undefined): string {
  return `is ${is ?? 'not set'}, was ${was ?? 'not set'} when it was backed up`;
}

function factsOf(database: DatabaseSettings, owners: boolean): Map<string, string> {
  const { comment, connectionLimit, settings } = database;
  return new Map([
    ...(comment === null ? [] : ([['comment', comment]] as const)),
    ...(connectionLimit === -1 ? [] : ([['connection limit', String(connectionLimit)]] as const)),
    ...settings.map(
      (each) =>
        [
          settingName(each),
          each.hidden === true ? '(hidden)' : each.setting.slice(each.setting.indexOf('=') + 1),
        ] as const,
    ),
    ...(owners ? [['owner', database.owner] as const, ...privilegesOf(database)] : []),
  ]);
}

const PRIVILEGES: Readonly<Record<string, string>> = { C: 'CREATE', T: 'TEMPORARY', c: 'CONNECT' };

/** By grantee, whoever granted them. A list that is not set stands for the usual privileges. */
function privilegesOf({ acl, owner }: DatabaseSettings): [what: string, privileges: string][] {
  const items = acl === null ? [...parseAcl(['=Tc/']), { grantee: owner, privileges: 'CTc' }] : parseAcl(acl);
  const granted = new Map<string, Set<string>>();
  for (const { grantee, privileges } of items) {
    const known = granted.get(grantee) ?? new Set<string>();
    for (const [letter, option] of privileges.matchAll(/\w(\*?)/g))
      known.add(`${PRIVILEGES[letter[0] ?? ''] ?? letter}${option === '*' ? ' with grant option' : ''}`);
    granted.set(grantee, known);
  }
  return [...granted].map(([grantee, names]) => [
    `privileges of ${grantee === '' ? 'PUBLIC' : grantee}`,
    [...names].sort().join(', '),
  ]);
}
