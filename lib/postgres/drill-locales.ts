/** Which locales and collations of a database a server lacks: each is tried there, since no list of them is reliable. */
import { escapeIdentifier, escapeLiteral, type Client } from 'pg';
import { messageOf } from '../contract/failure';
import type { CatalogEntry } from '../contract/inventory';
import type { Manifest } from '../contract/manifest';
import { undone } from './undone';

export type LocaleNeeds = Pick<Manifest, 'databaseSettings' | 'catalog'>;

interface Trial {
  /** For messages: `locale de_DE.UTF-8 (libc)`. */
  readonly what: string;
  /** Of CREATE COLLATION. */
  readonly options: string;
}

/** @param client in an empty database of the same encoding, which may be written to */
export async function lackingLocales(
  client: Client,
  { databaseSettings, catalog }: LocaleNeeds,
): Promise<string[]> {
  const trials = [...ofDatabase(databaseSettings), ...catalog.flatMap(ofCollation)];
  const lacking: string[] = [];
  await client.query('BEGIN');
  try {
    for (const { what, options } of trials) {
      const reason = await tried(client, `CREATE COLLATION pg_temp.trial (${options})`);
      if (reason !== undefined) lacking.push(`${what}: ${reason}`);
    }
    return [...lacking, ...(await lackingSystemCollations(client, catalog))];
  } finally {
    await client.query('ROLLBACK');
  }
}

async function tried(client: Client, sql: string): Promise<string | undefined> {
  try {
    await undone(client, () => client.query(sql));
    return undefined;
  } catch (error) {
    if (!isAnswer(error)) throw error;
    return messageOf(error);
  }
}

/** Of the server, not of a broken connection. */
function isAnswer(error: unknown): boolean {
  return typeof (error as { readonly code?: unknown }).code === 'string';
}

/** Beside ICU's and the built-in locale a database always has those of libc. */
function ofDatabase(settings: Manifest['databaseSettings']): Trial[] {
  const { localeProvider, collate, ctype, locale, icuRules } = settings;
  const libc = libcTrial('', collate, ctype);
  const own = locale ?? 'und';
  const trials = {
    c: [libc],
    i: [libc, providerTrial('', 'ICU', own, icuRules)],
    b: [libc, providerTrial('', 'built-in', own, null)],
  }[localeProvider];
  return trials.map(({ what, options }) => ({ what: `${what} of the database`, options }));
}

/** As catalog/types.ts records it. */
function ofCollation({ kind, identity, facts }: CatalogEntry): Trial[] {
  if (kind !== 'collation') return [];
  const text = (fact: string) => String(facts[fact] ?? '');
  const of = `collation ${identity} of the `;
  // ICU's locale of a source before 15 is its collate.
  const locale = text('locale') || text('collate');
  const provider = text('provider');
  if (provider === 'libc') return [libcTrial(of, text('collate'), text('ctype'))];
  if (provider !== 'ICU' && provider !== 'built-in') return [];
  return [providerTrial(of, provider, locale, facts['rules'] === undefined ? null : text('rules'))];
}

function libcTrial(of: string, collate: string, ctype: string): Trial {
  return {
    what: `${of}locale ${collate === ctype ? collate : `${collate} with ${ctype}`} (libc)`,
    options: `PROVIDER = libc, LC_COLLATE = ${escapeLiteral(collate)}, LC_CTYPE = ${escapeLiteral(ctype)}`,
  };
}

const PROVIDERS = { ICU: 'icu', 'built-in': 'builtin' } as const;

function providerTrial(
  of: string,
  provider: keyof typeof PROVIDERS,
  locale: string,
  rules: string | null,
): Trial {
  const options = `PROVIDER = ${PROVIDERS[provider]}, LOCALE = ${escapeLiteral(locale)}`;
  return {
    what: `${of}locale ${locale} (${provider})`,
    options: rules === null ? options : `${options}, RULES = ${escapeLiteral(rules)}`,
  };
}

/** Collations that initdb made of the operating system's locales: a dump names them, and does not hold them. */
async function lackingSystemCollations(client: Client, catalog: Manifest['catalog']): Promise<string[]> {
  const names = [...new Set(catalog.flatMap(systemCollations))];
  const { rows } = await client.query<{ name: string }>(
    `SELECT name FROM pg_catalog.unnest($1::text[]) AS name
      WHERE pg_catalog.to_regcollation('pg_catalog.' || pg_catalog.quote_ident(name)) IS NULL ORDER BY 1`,
    [names],
  );
  return rows.map(({ name }) => `collation ${escapeIdentifier(name)} of the server's operating system`);
}

const NAME = `("(?:[^"]|"")*"|[a-z_][a-z0-9_$]*)`;
const WHOLE = new RegExp(`^pg_catalog\\.${NAME}$`, 'g');
/** In an index or a composite type; not followed by a dot, which would make it a schema. */
const IN_TEXT = new RegExp(` COLLATE (?:pg_catalog\\.)?${NAME}(?![."\\w$])`, 'g');

function systemCollations({ kind, facts }: CatalogEntry): string[] {
  const text = kind === 'index' ? facts['definition'] : facts['attributes'];
  const found = [
    ...String(facts['collation'] ?? '').matchAll(WHOLE),
    ...(kind === 'index' || kind === 'composite type' ? String(text ?? '').matchAll(IN_TEXT) : []),
  ];
  return found.map(([, name = '']) => name.replace(/^"(.*)"$/, '$1').replaceAll('""', '"'));
}
