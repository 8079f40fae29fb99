/**
 * The entries of an archive with what each depends on. `pg_restore --list` says which entries there are; only its script
 * with `--verbose` says what they depend on, in comments that the text of a function or a comment may imitate.
 */
import { writeFile } from 'node:fs/promises';
import { startProgram } from '../../runtime/child-process';
import { nameDecoder } from '../compare/name-decoder';
import type { Toolchain } from '../toolchain';

export interface ArchiveItem {
  /** The entry's dump id. */
  readonly id: number;
  readonly oid: number;
  /** For example `FK CONSTRAINT`; `OTHER` where nobody asks. */
  readonly kind: string;
  /** Of `pg_restore --list`. */
  readonly line: string;
  /** Dump ids; some of them are of no entry. */
  readonly needs: ReadonlySet<number>;
  /** `NAME; Type: KIND; Schema: SCHEMA`: more than one where a text imitates a header. */
  readonly labels: readonly string[];
  /** The entry's statements. */
  readonly text: string;
}

/** Kinds by the catalog of their objects: a schema may be called DATA. Zero: an entry that is no object. */
const KINDS: readonly (readonly [catalog: RegExp, kinds: readonly string[]])[] = [
  [/^1259$/, ['TABLE', 'FOREIGN TABLE', 'VIEW', 'MATERIALIZED VIEW', 'SEQUENCE', 'INDEX']],
  [/^2606$/, ['CONSTRAINT', 'FK CONSTRAINT', 'CHECK CONSTRAINT']],
  [/^2604$/, ['DEFAULT']],
  [/^2620$/, ['TRIGGER']],
  [/^2618$/, ['RULE']],
  [/^3256$/, ['POLICY']],
  [/^3381$/, ['STATISTICS']],
  [/^1255$/, ['FUNCTION', 'PROCEDURE', 'AGGREGATE']],
  [/^1247$/, ['TYPE', 'DOMAIN']],
  [/^6106$/, ['PUBLICATION TABLE']],
  [
    /^0$/,
    [
      ...['TABLE DATA', 'TABLE ATTACH', 'INDEX ATTACH', 'SEQUENCE OWNED BY', 'SEQUENCE SET', 'ROW SECURITY'],
      ...['COMMENT', 'SECURITY LABEL', 'ACL', 'BLOBS', 'BLOB COMMENTS'],
    ],
  ],
];

const LINE = /^(\d+); (\d+) (\d+) (.*)$/;
const HEADER = /^-- TOC entry (\d+) \(class (\d+) OID (\d+)\)$/;
const NEEDS = /^-- Dependencies:((?: \d+)+)$/;
const LABEL = /^-- Name: (.*)$/;

/** The lines whose statements are printed without any rows being read. */
export function linesWithoutData(list: string): string[] {
  return list.split('\n').filter((line) => {
    const [, , catalog, , description] = LINE.exec(line) ?? [];
    return (
      description !== undefined &&
      !(catalog === '0' && /^(TABLE DATA|BLOB)/.test(description)) &&
      catalog !== '2613'
    );
  });
}

/**
 * A header counts where the list has that entry with that catalog and oid. What comes twice is taken together: an imitation can
 * add needs and so bring too much along, but never take any away, for the true header is always there too.
 * @param list of `pg_restore --list` @param script of `pg_restore --verbose`
 */
export function parseArchiveItems(list: string, script: string): ArchiveItem[] {
  const entries = list.split('\n').flatMap((line) => {
    const [, id, catalog = '', oid = '', description = ''] = LINE.exec(line) ?? [];
    return id === undefined ? [] : [{ id, catalog, oid, description, line }];
  });
  const known = new Map(entries.map(({ id, catalog, oid }) => [id, `${catalog} ${oid}`]));
  const parts = partsOf(script, known);
  return entries.map(({ id, catalog, oid, description, line }) => ({
    id: Number(id),
    oid: Number(oid),
    kind: kindOf(catalog, description),
    line,
    ...(parts.get(id) ?? { needs: new Set<number>(), labels: [] }),
    text: parts.get(id)?.lines.join('\n') ?? '',
  }));
}

interface Part {
  readonly needs: Set<number>;
  readonly labels: string[];
  readonly lines: string[];
}

function partsOf(script: string, known: ReadonlyMap<string, string>): Map<string, Part> {
  const parts = new Map<string, Part>();
  let part: Part = { needs: new Set(), labels: [], lines: [] };
  let inHeader = false;
  for (const line of script.split('\n')) {
    const [, id = '', catalog = '', oid = ''] = HEADER.exec(line) ?? [];
    if (known.get(id) === `${catalog} ${oid}`) {
      part = parts.get(id) ?? { needs: new Set(), labels: [], lines: [] };
      parts.set(id, part);
      inHeader = true;
    } else if (inHeader) inHeader = readHeaderLine(line, part);
    else part.lines.push(line);
  }
  return parts;
}

/** @returns whether the header goes on */
function readHeaderLine(line: string, { needs, labels }: Part): boolean {
  const [, ids] = NEEDS.exec(line) ?? [];
  for (const id of ids?.trim().split(' ') ?? []) needs.add(Number(id));
  const [, label] = LABEL.exec(line) ?? [];
  if (label !== undefined) labels.push(label.slice(0, Math.max(0, label.lastIndexOf('; Owner: '))));
  return ids !== undefined;
}

function kindOf(catalog: string, description: string): string {
  const [, kinds = []] = KINDS.find(([pattern]) => pattern.test(catalog)) ?? [];
  return kinds.find((kind) => description.startsWith(`${kind} `)) ?? 'OTHER';
}

/** As pg_dump writes names into comments and lists. */
export function onOneLine(name: string): string {
  return name.replace(/[\r\n]/g, ' ');
}

/**
 * Reads no rows: of an archive in directory format `toc.dat` is enough.
 * @param archive @param listFile is written @param encoding of the dump, as PostgreSQL names it
 * @throws ProgramFailed
 */
export async function readArchiveItems(
  archive: string,
  listFile: string,
  { encoding, toolchain, signal }: { encoding: string; toolchain: Toolchain; signal: AbortSignal },
): Promise<ArchiveItem[]> {
  const print = async (...args: string[]) => {
    const { stdout } = startProgram({
      command: toolchain.path('pg_restore'),
      args: [...args, archive],
      env: { LC_ALL: 'C', PATH: process.env['PATH'] ?? '' },
      signal,
    });
    const chunks: Buffer[] = [];
    for await (const chunk of stdout) chunks.push(chunk);
    return nameDecoder(encoding).decode(Buffer.concat(chunks));
  };
  const list = await print('--list');
  await writeFile(listFile, linesWithoutData(list).join('\n'), { mode: 0o600 });
  return parseArchiveItems(list, await print('--verbose', `--use-list=${listFile}`, '--file=-'));
}
