/**
 * Which entries of an archive chosen tables need. Pure: entries with their dependencies in, entries out. Everything that an
 * entry needs comes along; what belongs to a table comes with it; what only names it does not.
 */
import { Failure } from '../../contract/failure';
import { identifiersIn, readableName } from '../compare/identifiers';
import { onOneLine, type ArchiveItem } from './archive-items';
import type { TableChoice, TableName } from './choose-tables';
import { NamedInTexts } from './named-in-texts';

export interface Selection {
  /** Dump ids of everything that is loaded, rows included. */
  readonly ids: ReadonlySet<number>;
  /** Dump ids of the tables' rows: each names a file of an archive in directory format. */
  readonly data: readonly number[];
  /** Tables that something needs, and that come without their rows. */
  readonly structures: readonly TableName[];
  readonly leftOut: readonly LeftOutItem[];
}

export interface LeftOutItem {
  /** For example `foreign key invoice_customer_id_fkey of table public.invoice`. */
  readonly what: string;
  readonly reason: string;
  /** A foreign key's table and its own name, on one line each. */
  readonly foreignKey?: { readonly table: TableName; readonly name: string };
}

type Grade = 'rows' | 'definition' | 'structure';

/** What a table is without: DEFAULT and CHECK are part of its columns, the rest acts on rows. */
const OF_STRUCTURE = ['DEFAULT', 'CHECK CONSTRAINT'];
const OF_TABLE = [
  ...OF_STRUCTURE,
  ...['CONSTRAINT', 'FK CONSTRAINT', 'INDEX', 'TRIGGER', 'RULE', 'POLICY', 'ROW SECURITY', 'STATISTICS'],
  ...['SEQUENCE', 'PUBLICATION TABLE'],
];
/** A view that is made before what it reads has its query in a rule. */
const OF_OTHERS = ['CHECK CONSTRAINT', 'RULE'];
/** They say something about entries, or join them: they come where all of those come. */
const FOLLOWERS = [
  ...['COMMENT', 'SECURITY LABEL', 'ACL', 'SEQUENCE OWNED BY', 'SEQUENCE SET'],
  ...['TABLE ATTACH', 'INDEX ATTACH'],
];
const OWNERS = ['TABLE', 'VIEW', 'MATERIALIZED VIEW', 'DOMAIN', 'FOREIGN TABLE'];

/**
 * @param tables all that the manifest knows
 * @throws Failure `restore-refused` where a chosen table cannot be told from another one
 */
export function selectEntries(
  items: readonly ArchiveItem[],
  { withRows, parents }: Pick<TableChoice, 'withRows' | 'parents'>,
  tables: readonly TableName[],
): Selection {
  const selector = new Selector(items, tables);
  for (const table of withRows) selector.choose(table, 'rows');
  for (const table of parents) selector.choose(table, 'definition');
  return selector.selection();
}

class Selector {
  private readonly byId: ReadonlyMap<number, ArchiveItem>;
  private readonly owned = new Map<number, ArchiveItem[]>();
  private readonly names = new Map<number, TableName>();
  private readonly grades = new Map<number, Grade>();
  private readonly wanted = new Set<number>();
  private readonly leftOut: LeftOutItem[] = [];
  private readonly texts: NamedInTexts;

  constructor(
    private readonly items: readonly ArchiveItem[],
    private readonly tables: readonly TableName[],
  ) {
    this.byId = new Map(items.map((item) => [item.id, item]));
    this.texts = new NamedInTexts(items);
    const byLabel = Map.groupBy(tables, labelOf);
    for (const item of items.filter(({ kind }) => kind === 'TABLE'))
      for (const table of item.labels.flatMap((label) => byLabel.get(label) ?? []))
        if (isCalled(item, table)) this.names.set(item.id, table);
    for (const item of items.filter(({ kind }) => OF_TABLE.includes(kind)))
      for (const owner of this.ownersOf(item))
        this.owned.set(owner, [...(this.owned.get(owner) ?? []), item]);
  }

  choose(table: TableName, grade: Grade): void {
    const found = this.items.filter((item) => item.kind === 'TABLE' && isCalled(item, table));
    const [item] = found;
    if (item === undefined || found.length > 1) throw notOne(table, found.length);
    this.grades.set(item.id, grade);
  }

  selection(): Selection {
    const chosen = [...this.grades];
    for (const [id] of chosen) this.want(id);
    // A set that grows while it is walked is walked to its new end.
    for (const id of this.wanted) this.follow(id);
    this.addFollowers();
    const oids = new Set(
      chosen.filter(([, grade]) => grade === 'rows').map(([id]) => this.byId.get(id)?.oid),
    );
    const data = this.items
      .filter(({ kind, oid }) => kind === 'TABLE DATA' && oids.has(oid))
      .map(({ id }) => id);
    const structures = [...this.grades]
      .filter(([, grade]) => grade !== 'rows')
      .map(([id]) => this.nameOf(id));
    return {
      ids: new Set([...this.wanted, ...data]),
      data,
      structures: structures.sort((a, b) => (readableName(a) < readableName(b) ? -1 : 1)),
      leftOut: [...this.leftOut, ...this.missedByTexts()],
    };
  }

  private want(id: number): void {
    const item = this.byId.get(id);
    if (item === undefined || this.wanted.has(id)) return;
    if (item.kind === 'TABLE' && !this.grades.has(id)) this.grades.set(id, 'structure');
    this.wanted.add(id);
  }

  private follow(id: number): void {
    const item = this.byId.get(id);
    if (item === undefined) return;
    for (const need of item.needs) this.want(need);
    for (const named of this.texts.objectsIn(item)) this.want(named);
    const grade = this.grades.get(id);
    const kinds = item.kind !== 'TABLE' ? OF_OTHERS : grade === 'structure' ? OF_STRUCTURE : OF_TABLE;
    for (const part of this.owned.get(id) ?? [])
      if (kinds.includes(part.kind) && this.admits(part, id)) this.want(part.id);
  }

  /** Whether a table's own entry can stand without the rows of others. */
  private admits(part: ArchiveItem, owner: number): boolean {
    const table = this.nameOf(owner);
    const what = () => `${tagOf(part)} of table ${readableName(table)}`;
    if (part.kind === 'PUBLICATION TABLE') {
      const [publication = ''] = tagOf(part).split(' ');
      this.leaveOut({
        what: `publication ${publication} of table ${readableName(table)}`,
        reason: 'publications are not restored with single tables',
      });
      return false;
    }
    if (part.kind !== 'FK CONSTRAINT') return true;
    const others = [...part.needs].filter((id) => this.byId.get(id)?.kind === 'TABLE' && id !== owner);
    const missing = others.filter((id) => this.grades.get(id) !== 'rows');
    if (missing.length === 0) return true;
    const name = tagOf(part).slice(onOneLine(table.name).length + 1);
    const places = missing.map((id) => readableName(this.nameOf(id))).join(', ');
    this.leaveOut({
      what: `foreign key ${what().slice(onOneLine(table.name).length + 1)}`,
      reason: `it names ${places}, whose rows are not restored`,
      foreignKey: { table, name },
    });
    return false;
  }

  private leaveOut(item: LeftOutItem): void {
    if (!this.leftOut.some(({ what }) => what === item.what)) this.leftOut.push(item);
  }

  private addFollowers(): void {
    const followers = this.items.filter(({ kind }) => FOLLOWERS.includes(kind));
    for (let before = -1; before !== this.wanted.size;) {
      before = this.wanted.size;
      for (const { id, needs } of followers) {
        const there = [...needs].filter((need) => this.byId.has(need));
        if (there.length > 0 && there.every((need) => this.wanted.has(need))) this.want(id);
      }
    }
  }

  /** What belongs to a table begins its name with the table's; where that tells nothing, all that it needs own it. */
  private ownersOf(item: ArchiveItem): number[] {
    const candidates = [...item.needs].filter((id) => OWNERS.includes(this.byId.get(id)?.kind ?? ''));
    if (candidates.length < 2) return candidates;
    const prefixes = item.labels.map((label) => `${label} `);
    const begun = candidates.filter((id) => {
      const owner = this.byId.get(id);
      return owner?.labels.some((label) => {
        const [name = '', place = ''] = splitLabel(label);
        return prefixes.some(
          (prefix) => prefix.startsWith(`${name} `) && splitLabel(prefix.trimEnd())[1] === place,
        );
      });
    });
    return begun.length === 0 ? candidates : begun;
  }

  private missedByTexts(): LeftOutItem[] {
    const routines = this.items.filter(({ id }) => this.wanted.has(id));
    const loaded = new Set([...this.grades.keys()].map((id) => readableName(this.nameOf(id))));
    return routines.flatMap((item) =>
      this.texts.relationsIn(item).flatMap((reference): LeftOutItem[] => {
        const named = identifiersIn(reference);
        const [name, schema] = [named.at(-1), named.length > 1 ? named[0] : undefined];
        const meant = this.tables.filter(
          (table) => table.name === name && (schema ?? table.schema) === table.schema,
        );
        if (meant.length === 0 || meant.some((table) => loaded.has(readableName(table)))) return [];
        const what = `table ${meant.map(readableName).join(' or ')}`;
        return [
          {
            what,
            reason: `the text of ${item.kind.toLowerCase()} ${tagOf(item)} names it, which fails without it`,
          },
        ];
      }),
    );
  }

  private nameOf(id: number): TableName {
    const known = this.names.get(id);
    if (known !== undefined) return known;
    const [name = '', schema = ''] = splitLabel(this.byId.get(id)?.labels[0] ?? '');
    return { schema, name };
  }
}

/** Both the list and the header must say so. */
function isCalled({ line, labels }: ArchiveItem, table: TableName): boolean {
  const listed = `TABLE ${onOneLine(table.schema)} ${onOneLine(table.name)} `;
  return line.replace(/^\d+; \d+ \d+ /, '').startsWith(listed) && labels.includes(labelOf(table));
}

function labelOf({ schema, name }: TableName): string {
  return `${onOneLine(name)}; Type: TABLE; Schema: ${onOneLine(schema)}`;
}

function tagOf({ labels }: ArchiveItem): string {
  return splitLabel(labels[0] ?? '')[0] ?? '';
}

function splitLabel(label: string): string[] {
  return label.split(/; Type: [A-Z ]+; Schema: /);
}

function notOne(table: TableName, found: number): Failure {
  const name = readableName(table);
  return new Failure(
    'restore-refused',
    found === 0
      ? `The archive does not name the table ${name}.`
      : `The archive has ${found} tables that read ${name}.`,
    { hint: 'Restore the whole recovery point into a side database.' },
  );
}
