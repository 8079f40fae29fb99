/**
 * The text of README.txt in a recovery point: how it is restored with PostgreSQL's own programs and a file listing,
 * years from now, by somebody who has never heard of Backstop. A test runs its commands as they stand.
 */
import type { DatabaseSettings, Manifest } from './manifest';
import { manifestKey, POINT_OBJECTS, pointPrefix } from './object-keys';

export type ReadmePoint = Pick<
  Manifest,
  'id' | 'database' | 'sourceDatabase' | 'class' | 'snapshotAt' | 'format' | 'databaseSettings' | 'extensions'
> & { readonly server: Pick<Manifest['server'], 'version' | 'major'> };

/**
 * @param dump the dump's name below the point's prefix, for example `dump/` or `dump.sql.gz`
 * @param storeUrl `s3://bucket` or `file:/path`
 */
export function pointReadme(point: ReadmePoint, dump: string, storeUrl: string): string {
  return [
    `PostgreSQL database "${oneLine(point.sourceDatabase)}" as it was at ${point.snapshotAt}.`,
    `Recovery point ${point.id} of ${point.database}, ${point.format} format, from PostgreSQL ${point.server.version}.`,
    '',
    'RESTORE IT BY HAND',
    '',
    ...needs(point, storeUrl),
    '',
    ...commandLines(point, dump, storeUrl).map((line) => `    ${line}`),
    '',
    ...notes(point),
    '',
  ].join('\n');
}

/** The lines that a shell runs, variables first. */
export function commandLines(point: ReadmePoint, dump: string, storeUrl: string): string[] {
  return [
    `FROM=${shellQuote(`${localPath(storeUrl)}/${pointPrefix(point.class, point.database, point.id)}`)}`,
    'DATABASE=restored',
    copyCommand(storeUrl),
    `createdb ${createOptions(point.databaseSettings, point.server.major).map(shellQuote).join(' ')} "$DATABASE"`,
    ...loadCommands(dump),
    'psql -X --dbname="$DATABASE" --command=ANALYZE',
  ];
}

function needs(point: ReadmePoint, storeUrl: string): string[] {
  const { major } = point.server;
  const tools = storeUrl.startsWith('s3:') ? 'and the aws command line ' : '';
  return [
    `You need a server of PostgreSQL ${major} or newer, the client programs of its version ${tools}on your machine.`,
    'Say where the server is by PGHOST, PGPORT and PGUSER, the password by PGPASSWORD or a passfile.',
    ...extensionLine(point),
    'Go to an empty folder with room for the dump. Run line by line; stop when one fails.',
  ];
}

function extensionLine({ extensions }: ReadmePoint): string[] {
  if (extensions.length === 0) return [];
  const names = extensions.map(({ name, version }) => oneLine(`${name} ${version}`)).join(', ');
  return [`The server must offer these extensions: ${names}.`];
}

function copyCommand(storeUrl: string): string {
  return storeUrl.startsWith('s3:') ? 'aws s3 cp --recursive "$FROM" point/' : 'cp -R "$FROM" point';
}

// Section by section: side by side, pg_restore lets triggers of partitioned tables fire on their own rows.
// A dump that cannot be unpacked whole must not reach psql: at the end of its input psql commits.
function loadCommands(dump: string): string[] {
  if (dump === POINT_OBJECTS.dumpDirectory || dump === POINT_OBJECTS.dumpCustom) {
    return ['pre-data', 'data', 'post-data'].map(
      (section) =>
        `pg_restore --section=${section} --jobs=4 --exit-on-error --no-owner --no-privileges --dbname="$DATABASE" point/${dump}`,
    );
  }
  const load = `psql -X -v ON_ERROR_STOP=1 --single-transaction --dbname="$DATABASE" --file=point/${POINT_OBJECTS.dumpPlain}`;
  return dump === POINT_OBJECTS.dumpPlainGzip ? [`gunzip point/${dump} && ${load}`] : [load];
}

/** https://www.postgresql.org/docs/current/app-createdb.html; the provider has a name from 15 on. */
function createOptions(settings: DatabaseSettings, major: number): string[] {
  const { localeProvider: provider, locale, icuRules } = settings;
  const base = [
    '--template=template0',
    `--encoding=${settings.encoding}`,
    `--lc-collate=${settings.collate}`,
    `--lc-ctype=${settings.ctype}`,
  ];
  if (major < 15) return base;
  if (provider === 'i') {
    const rules = icuRules === null ? [] : [`--icu-rules=${oneLine(icuRules)}`];
    return [...base, '--locale-provider=icu', `--icu-locale=${locale ?? 'und'}`, ...rules];
  }
  if (provider === 'b') return [...base, '--locale-provider=builtin', `--builtin-locale=${locale ?? 'C'}`];
  return [...base, '--locale-provider=libc'];
}

function notes(point: ReadmePoint): string[] {
  const { settings } = point.databaseSettings;
  const archive = point.format !== 'plain';
  return [
    'GOOD TO KNOW',
    '',
    `- ${manifestKey(point.database, point.id)} in the same store lists each file with its SHA-256.`,
    '- An object that a delete marker hides is still there: list the versions, and copy the newest.',
    `- ${POINT_OBJECTS.globals}, where present, holds the roles without their passwords.`,
    ...(archive
      ? [
          '- With these roles on the server, leave out --no-owner and --no-privileges to get owners and grants back.',
          '- Where a managed server refuses an entry: pg_restore --list, put ; before its line, restore with --use-list.',
        ]
      : ['- This format holds neither owners nor grants.']),
    ...(settings.length === 0 ? [] : ['- Settings to give back with ALTER DATABASE / ALTER ROLE ... SET:']),
    ...settings.map(
      ({ role, setting, hidden }) =>
        `  * ${oneLine(role === null ? setting : `${setting} (role ${role})`)}${hidden === true ? ' (value not recorded)' : ''}`,
    ),
  ];
}

function localPath(storeUrl: string): string {
  return storeUrl.replace(/^file:(\/\/)?/, '').replace(/\/$/, '');
}

/** For a POSIX shell. */
function shellQuote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Names are chosen by users: none may begin a line of its own. */
function oneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f]+/g, ' ');
}
