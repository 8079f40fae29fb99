/** The SQL that makes a database as its manifest describes it. Pure: text in, statements out. */
import { escapeIdentifier, escapeLiteral } from 'pg';
import type { DatabaseSettings } from '../contract/manifest';

/** Lists whose entries are quoted one by one: https://github.com/postgres/postgres/blob/master/src/bin/pg_dump/dumputils.c */
const LIST_SETTINGS = [
  'local_preload_libraries',
  'search_path',
  'session_preload_libraries',
  'shared_preload_libraries',
  'temp_tablespaces',
  'unix_socket_directories',
];

/** https://www.postgresql.org/docs/current/sql-createdatabase.html @param major of the server that runs it */
export function createDatabaseStatement(name: string, settings: DatabaseSettings, major: number): string {
  return [
    `CREATE DATABASE ${escapeIdentifier(name)} TEMPLATE template0`,
    `ENCODING ${escapeLiteral(settings.encoding)}`,
    `LC_COLLATE ${escapeLiteral(settings.collate)}`,
    `LC_CTYPE ${escapeLiteral(settings.ctype)}`,
    ...(major < 15 ? [] : localeProvider(settings)),
  ].join(' ');
}

function localeProvider({ localeProvider: provider, locale, icuRules }: DatabaseSettings): string[] {
  switch (provider) {
    case 'c':
      return ['LOCALE_PROVIDER libc'];
    case 'i':
      return [
        `LOCALE_PROVIDER icu ICU_LOCALE ${escapeLiteral(locale ?? 'und')}`,
        ...(icuRules === null ? [] : [`ICU_RULES ${escapeLiteral(icuRules)}`]),
      ];
    case 'b':
      return [`LOCALE_PROVIDER builtin BUILTIN_LOCALE ${escapeLiteral(locale ?? 'C')}`];
  }
}

export interface Statement {
  readonly sql: string;
  /** For messages: `setting work_mem of role app`; its value may be a secret. */
  readonly what: string;
  /** The role that it names, where it names one. */
  readonly role: string | null;
}

/** Comment, connection limit and ALTER ... SET: what a database has beside its objects. Not the hidden ones. */
export function settingStatements(name: string, settings: DatabaseSettings): Statement[] {
  const database = escapeIdentifier(name);
  const { comment, connectionLimit } = settings;
  return [
    ...(comment === null
      ? []
      : [
          {
            sql: `COMMENT ON DATABASE ${database} IS ${escapeLiteral(comment)}`,
            what: 'comment',
            role: null,
          },
        ]),
    ...(connectionLimit === -1
      ? []
      : [
          {
            sql: `ALTER DATABASE ${database} CONNECTION LIMIT ${connectionLimit}`,
            what: 'connection limit',
            role: null,
          },
        ]),
    ...settings.settings
      .filter(({ hidden }) => hidden !== true)
      .map((each) => alterStatement(database, each)),
  ];
}

/** For messages: `setting work_mem of role app`. */
export function settingName({ role, setting }: DatabaseSettings['settings'][number]): string {
  const [name] = setting.split('=', 1);
  return `setting ${name}${role === null ? '' : ` of role ${role}`}`;
}

function alterStatement(database: string, each: DatabaseSettings['settings'][number]): Statement {
  const { role, setting } = each;
  const equals = setting.indexOf('=');
  const [name, value] = [setting.slice(0, equals), setting.slice(equals + 1)];
  const subject =
    role === null ? `DATABASE ${database}` : `ROLE ${escapeIdentifier(role)} IN DATABASE ${database}`;
  return {
    sql: `ALTER ${subject} SET ${escapeIdentifier(name)} TO ${settingValue(name, value)}`,
    what: settingName(each),
    role,
  };
}

function settingValue(name: string, value: string): string {
  if (!LIST_SETTINGS.includes(name.toLowerCase())) return escapeLiteral(value);
  const entries = [...value.matchAll(/"((?:[^"]|"")*)"|([^,\s]+)/g)].map(
    ([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare ?? '',
  );
  return entries.length === 0 ? `''` : entries.map(escapeLiteral).join(', ');
}
