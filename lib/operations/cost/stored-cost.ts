/** What lies in a store and what S3 asks for it a month at list prices: recovery points, and all else that is paid for. Pure. */
import { PREFIXES, pointOfKey, RETENTION_CLASSES, type RetentionClass } from '../../contract/object-keys';
import type { StoredVersionSize } from '../../runtime/stored-versions';
import { priceOf } from '../point-index/storage';

const GIGABYTE = 1e9;
/** S3 names no class of what lies in the usual one, in some answers. */
const USUAL_CLASS = 'STANDARD';

export interface StoredAmount {
  readonly objects: number;
  readonly bytes: number;
  /** null for a folder, of which nobody asks a price. */
  readonly usdMonth: number | null;
}

export interface StoredPoints extends StoredAmount {
  readonly database: string;
  readonly class: RetentionClass;
  readonly points: number;
  /** Bytes by S3's storage class; empty for a folder. */
  readonly storageClasses: Readonly<Record<string, number>>;
  readonly usdMonthEach: number | null;
}

/** What is no recovery point. */
export const OTHER_CONTENT = ['orphans', 'noncurrent', 'exports', 'documents', 'other'] as const;
export type OtherContent = (typeof OTHER_CONTENT)[number];

export interface StoredCost extends StoredAmount {
  /** By database, then class. */
  readonly points: readonly StoredPoints[];
  readonly others: Readonly<Record<OtherContent, StoredAmount>>;
}

interface Sum {
  objects: number;
  bytes: number;
  usd: number;
}
interface PointSum extends Sum {
  readonly ids: Set<string>;
  readonly classes: Map<string, number>;
}

/** @param hasManifest whether a manifest exists, valid or not */
export async function storedCost(
  versions: AsyncIterable<StoredVersionSize>,
  hasManifest: (database: string, id: string) => boolean,
  isBucket: boolean,
): Promise<StoredCost> {
  const points = new Map<string, PointSum>();
  const others = new Map<OtherContent, Sum>();
  for await (const version of versions) {
    const content = contentOf(version, hasManifest);
    const sum = typeof content === 'string' ? othersSum(others, content) : pointSum(points, content, version);
    sum.objects += 1;
    sum.bytes += version.bytes;
    sum.usd += (version.bytes / GIGABYTE) * priceOf(version.storageClass ?? USUAL_CLASS);
  }
  const amount = ({ objects, bytes, usd }: Sum) => ({ objects, bytes, usdMonth: isBucket ? usd : null });
  const all = [...points.values(), ...others.values()];
  return {
    points: [...points].map(([name, sum]) => storedPoints(name, sum, isBucket)).sort(byDatabaseAndClass),
    others: Object.fromEntries(
      OTHER_CONTENT.map((content) => [content, amount(others.get(content) ?? newSum())]),
    ) as Record<OtherContent, StoredAmount>,
    ...amount({
      objects: total(all.map(({ objects }) => objects)),
      bytes: total(all.map(({ bytes }) => bytes)),
      usd: total(all.map(({ usd }) => usd)),
    }),
  };
}

type Content = OtherContent | NonNullable<ReturnType<typeof pointOfKey>>;

function contentOf(
  { key, isCurrent }: StoredVersionSize,
  hasManifest: (database: string, id: string) => boolean,
): Content {
  if (!isCurrent) return 'noncurrent';
  const point = pointOfKey(key);
  if (point !== undefined) return hasManifest(point.database, point.id) ? point : 'orphans';
  if (key.startsWith(PREFIXES.exports)) return 'exports';
  const { manifests, evidence, audit } = PREFIXES;
  return [manifests, evidence, audit].some((prefix) => key.startsWith(prefix)) ? 'documents' : 'other';
}

function newSum(): Sum {
  return { objects: 0, bytes: 0, usd: 0 };
}

function othersSum(others: Map<OtherContent, Sum>, content: OtherContent): Sum {
  const sum = others.get(content) ?? newSum();
  others.set(content, sum);
  return sum;
}

function pointSum(
  points: Map<string, PointSum>,
  { database, class: retentionClass, id }: Exclude<Content, string>,
  { bytes, storageClass }: StoredVersionSize,
): PointSum {
  const name = `${database}/${retentionClass}`;
  const sum = points.get(name) ?? { ...newSum(), ids: new Set<string>(), classes: new Map<string, number>() };
  points.set(name, sum);
  sum.ids.add(id);
  if (storageClass !== undefined) sum.classes.set(storageClass, (sum.classes.get(storageClass) ?? 0) + bytes);
  return sum;
}

function storedPoints(name: string, sum: PointSum, isBucket: boolean): StoredPoints {
  const [database = '', retentionClass] = name.split('/');
  const { objects, bytes, usd, ids, classes } = sum;
  return {
    ...{ database, class: retentionClass as RetentionClass, points: ids.size, objects, bytes },
    storageClasses: Object.fromEntries(classes),
    usdMonth: isBucket ? usd : null,
    usdMonthEach: isBucket ? usd / ids.size : null,
  };
}

function byDatabaseAndClass(a: StoredPoints, b: StoredPoints): number {
  if (a.database !== b.database) return a.database < b.database ? -1 : 1;
  return RETENTION_CLASSES.indexOf(a.class) - RETENTION_CLASSES.indexOf(b.class);
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
