/**
 * What to do where a dump does not load, by the words of PostgreSQL: nearly always the rows or functions of the source
 * are at fault, and nobody noticed because the source checks no row twice. Pure.
 */
import { escapeIdentifier } from 'pg';
import { identifiersIn, QUALIFIED } from './compare/identifiers';

type Groups = Readonly<Record<string, string>>;

interface Advice {
  readonly when: RegExp;
  readonly says: (named: Groups, words: string) => string;
}

const HIDE_INDEXES =
  'SET enable_indexscan = off; SET enable_indexonlyscan = off; SET enable_bitmapscan = off;';

const ADVICE: readonly Advice[] = [
  {
    when: /on table "(?<table>.+?)" violates foreign key constraint "(?<name>.+?)"/,
    says: (named, words) =>
      `At the source rows of ${tableIn(words, named)} name rows that are not there: triggers were off, or the constraint was marked valid by hand. ${orphans(words)} Delete or mend them. To keep them, make the constraint anew as NOT VALID; otherwise prove it with ALTER TABLE ${tableIn(words, named)} DROP CONSTRAINT ${sql(named['name'])}, ADD the same NOT VALID, then VALIDATE CONSTRAINT ${sql(named['name'])}.`,
  },
  {
    when: /could not create unique index "(?<name>.+?)"(?:\s+DETAIL:\s+Key \((?<key>.+)\) is duplicated)?/,
    says: (named, words) =>
      `At the source ${tableIn(words, named)} holds duplicates that its damaged unique index does not see (often after an upgrade of the operating system changed a collation). ${duplicates(words, named)} Remove them, then REINDEX INDEX CONCURRENTLY ${beside(tableIn(words, named), named['name'])}.`,
  },
  {
    when: /could not create exclusion constraint "(?<name>.+?)"/,
    says: (named, words) =>
      `At the source rows of ${tableIn(words, named)} conflict, which the damaged index of the constraint does not see. ${HIDE_INDEXES} remove one row of each pair, then REINDEX INDEX CONCURRENTLY ${beside(tableIn(words, named), named['name'])}.`,
  },
  {
    when: /ERROR: {2}(?<what>.*does not exist)[^]*?\n *CONTEXT: {2}(?:PL\/\w+ function|SQL function) (?:"(?<quoted>.+?)"|(?<called>.+?\)))/,
    says: (named, words) => {
      const called = named['called'] ?? sql(named['quoted']);
      return `${userOf(words)} calls the function ${called}, which finds by search_path what it needs (${named['what'] ?? ''}); pg_restore empties search_path. At the source: ALTER FUNCTION ${called} SET search_path = public, pg_temp; with the schemas that it needs in place of public.`;
    },
  },
  {
    when: /relation "(?<table>.+?)" violates check constraint "(?<name>.+?)"/,
    says: (named, words) =>
      `The check ${sql(named['name'])} of ${tableIn(words, named)} refuses a row that is stored at the source: its function was changed since, or reads tables that are loaded later. At the source: SELECT * FROM ${tableIn(words, named)} WHERE NOT (…the check…). Mend these rows; where there are none, the check reads other tables, which a trigger should do. Until then ALTER TABLE ${tableIn(words, named)} DROP CONSTRAINT ${sql(named['name'])}, and add it again as NOT VALID: it is then loaded after the rows.`,
  },
  {
    when: /value for domain (?<domain>.+?) violates check constraint "(?<name>.+?)"/,
    says: (named, words) =>
      `${tableIn(words, named)} holds a value at the source that the domain ${named['domain'] ?? ''} refuses: the function of its check was changed since. At the source: ALTER DOMAIN ${named['domain'] ?? ''} DROP CONSTRAINT ${sql(named['name'])}, ADD it again as NOT VALID (it is then loaded after the rows), mend the values, and ALTER DOMAIN ${named['domain'] ?? ''} VALIDATE CONSTRAINT ${sql(named['name'])}.`,
  },
  {
    when: /null value in column "(?<column>.+?)" of relation "(?<table>.+?)" violates not-null|column "(?<column2>.+?)" of relation "(?<table2>.+?)" contains null values/,
    says: (named, words) => {
      const column = sql(named['column'] ?? named['column2']);
      const table = tableIn(words, { table: named['table'] ?? named['table2'] ?? '' });
      return `${table} holds NULL in ${column} at the source, which is declared NOT NULL. At the source: SELECT * FROM ${table} WHERE num_nulls(${column}) > 0. Mend the rows, or ALTER TABLE ${table} ALTER COLUMN ${column} DROP NOT NULL.`;
    },
  },
  {
    when: /relation "(?<table>.+?)" violates partition constraint|no partition of relation "(?<parent>.+?)" found for row/,
    says: (named, words) =>
      `A row at the source lies in a partition that does not take it any more: the key's collation or function was changed since. At the source move it: WITH moved AS (DELETE FROM ONLY ${tableIn(words, named)} WHERE … RETURNING *) INSERT INTO its parent SELECT * FROM moved.`,
  },
  {
    when: /functions in index (?:expression|predicate) must be marked IMMUTABLE|generation expression is not immutable/,
    says: (_named, words) =>
      `${userOf(words)} calls a function that was IMMUTABLE when it was made, and is not any more. At the source: ALTER FUNCTION … IMMUTABLE, where that is true; otherwise drop the index or the generated column.`,
  },
  {
    when: /index row size \d+ exceeds .*?maximum \d+ for index "(?<name>.+?)"/,
    says: (named, words) =>
      `${tableIn(words, named)} holds a value too long for the index ${sql(named['name'])}. At the source shorten it, or index its hash: CREATE INDEX … ON ${tableIn(words, named)} (md5(…)).`,
  },
  {
    when: /extension "(?<name>.+?)" is not available|could not open extension control file ".*\/(?<file>.+?)\.control"/,
    says: (named) =>
      `The target lacks the extension ${named['name'] ?? named['file'] ?? ''}: install its package there (for a drill, name an image that has it by the setting drill.image). Where the source does not use it: DROP EXTENSION ${sql(named['name'] ?? named['file'])}.`,
  },
  {
    when: /could not access file "(?<name>.+?)"/,
    says: (named) =>
      `The target lacks the library ${named['name'] ?? ''} of a function: install its package there. Where the source does not use it, drop the function.`,
  },
  {
    when: /invalid value for parameter "default_tablespace": "(?<name>.*?)"|tablespace "(?<made>.+?)" does not exist/,
    says: (named) => {
      const name = sql(named['name'] ?? named['made']);
      return `The target lacks the tablespace ${name}. There: CREATE TABLESPACE ${name} LOCATION '…'; or at the source: ALTER TABLE ALL IN TABLESPACE ${name} SET TABLESPACE pg_default (tables and, likewise, ALTER INDEX ALL).`;
    },
  },
  {
    when: /role "(?<name>.+?)" does not exist/,
    says: (named) =>
      `The target lacks the role ${sql(named['name'])}. There: CREATE ROLE ${sql(named['name'])} NOLOGIN; globals.sql of the recovery point has its attributes.`,
  },
  {
    when: /could not create locale "(?<name>.+?)"|collation "(?<collation>.+?)" for encoding ".+?" does not exist/,
    says: (named) =>
      `The target's operating system lacks the locale ${named['name'] ?? named['collation'] ?? ''}: install it there (for a drill, name an image that has it by the setting drill.image).`,
  },
  {
    when: /unrecognized configuration parameter "(?<name>.+?)"/,
    says: (named) =>
      `The target does not know the setting ${named['name'] ?? ''}: restore into the major of the dump, and load there the library that the setting belongs to; or at the source ALTER FUNCTION … RESET ${named['name'] ?? ''} where a function sets it.`,
  },
  {
    when: /relation "(?<table>.+?)" does not exist[^]*\n *Command was: COPY /,
    says: (named) =>
      `The table ${named['table'] ?? ''} belongs to an extension that does not make it on the target: install there the version of the extension that the manifest names. Where it was added at the source by ALTER EXTENSION … ADD TABLE: ALTER EXTENSION … DROP TABLE ${named['table'] ?? ''}.`,
  },
  {
    when: /No space left on device|could not extend file/,
    says: () => 'The disk of the target is full: give it more room than the manifest names as databaseBytes.',
  },
  {
    when: /out of shared memory/,
    says: () => 'Raise max_locks_per_transaction on the target and restart it: the dump has many tables.',
  },
  {
    when: /permission denied|must be (?:owner|superuser|member)/,
    says: () =>
      'The user may not make that on the target: restore as a superuser, or as the user that owns the database there.',
  },
];

/** A sentence for the operator, or undefined where the words are not known. @param words of pg_restore or psql */
export function restoreAdvice(words: string): string | undefined {
  for (const { when, says } of ADVICE) {
    const match = when.exec(words);
    if (match !== null) return says(definedOf(match.groups), words);
  }
  return undefined;
}

function definedOf(groups: RegExpExecArray['groups'] = {}): Groups {
  return Object.fromEntries(Object.entries(groups).filter(([, value]) => (value as unknown) !== undefined));
}

/** A bare name of a message, as SQL wants it. */
function sql(name = ''): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) ? name : escapeIdentifier(name);
}

const TABLE_OF_COMMAND = [
  new RegExp(`Command was: ALTER TABLE (?:ONLY )?(${QUALIFIED})`),
  new RegExp(`Command was: CREATE (?:UNIQUE )?INDEX [^]*? ON (?:ONLY )?(${QUALIFIED}) USING`),
  new RegExp(`Command was: (?:CREATE TABLE|REFRESH MATERIALIZED VIEW) (${QUALIFIED})`),
];
const COPIED_TABLE = /COPY failed for table "(.+?)":|COPY (.+?), line \d+/;

/** With its schema where the failed statement names it. */
function tableIn(words: string, named: Groups): string {
  const stated = TABLE_OF_COMMAND.map((pattern) => pattern.exec(words)?.[1]).find(
    (name) => name !== undefined,
  );
  const [, failed, copied] = COPIED_TABLE.exec(words) ?? [];
  return (
    stated?.replace(/;$/, '') ?? sql(named['table'] ?? named['parent'] ?? failed ?? copied ?? 'the table')
  );
}

/** What it is that calls a function: the failed statement makes it, or stores a row in it. */
function userOf(words: string): string {
  const table = tableIn(words, {});
  if (/Command was: CREATE (?:UNIQUE )?INDEX/.test(words)) return `An index on ${table}`;
  if (/Command was: REFRESH/.test(words)) return `The materialized view ${table}`;
  if (/Command was: ALTER TABLE/.test(words)) return `A constraint or default of ${table}`;
  return COPIED_TABLE.test(words)
    ? `A check, domain or generated column of ${table}`
    : 'A statement of the dump';
}

function beside(table: string, name = ''): string {
  const schema = new RegExp(`^(${QUALIFIED})$`).test(table) ? identifiersIn(table)[0] : undefined;
  return schema === undefined ? sql(name) : `${sql(schema)}.${sql(name)}`;
}

const FOREIGN_KEY = new RegExp(
  `FOREIGN KEY \\((?<columns>.+?)\\) REFERENCES (?<parent>${QUALIFIED})\\((?<keys>.+?)\\)`,
);

/** The rows without a parent; nothing where the words do not hold the statement. */
function orphans(words: string): string {
  const { columns = '', parent = '', keys = '' } = FOREIGN_KEY.exec(words)?.groups ?? {};
  if (parent === '') return '';
  const [child, ...others] = identifiersIn(columns).map((column) => `c.${sql(column)}`);
  const found = identifiersIn(keys).map((key) => `p.${sql(key)}`);
  const all = [child, ...others].join(', ');
  return `See them: SELECT * FROM ${tableIn(words, {})} c WHERE (${all}) IS NOT NULL AND NOT EXISTS (SELECT FROM ${parent} p WHERE (${found.join(', ')}) = (${all})).`;
}

function duplicates(words: string, named: Groups): string {
  const { key } = named;
  if (key === undefined) return '';
  return `See them: ${HIDE_INDEXES} SELECT ${key}, count(*) FROM ${tableIn(words, named)} GROUP BY ${key} HAVING count(*) > 1.`;
}
