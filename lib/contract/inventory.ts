/** What a database held in the dump's own snapshot: taken at the source, compared with each restore. */
import { z } from 'zod';

export const INVENTORY_LEVELS = ['none', 'rows', 'rows+content'] as const;
export type InventoryLevel = (typeof INVENTORY_LEVELS)[number];

const count = z.number().int().nonnegative();

/** How a table's content hash was taken; a compare repeats the same method. */
export const contentHashSchema = z.strictObject({
  /** `row`: SHA-256 of each row's text. `column`: SHA-256 over the digests of its columns (rows too wide for text). */
  method: z.enum(['row', 'column']),
  /** In the order in which they were hashed: by name, so that it does not depend on the table's history. */
  columns: z.array(z.string()),
  /**
   * Decimal sums over all rows of the first and the second 64 bits of the digests, each as a signed integer: equal
   * for equal multisets of rows, whatever their order.
   */
  sums: z.array(z.string()),
});

export const tableInventorySchema = z.strictObject({
  schema: z.string(),
  name: z.string(),
  /** Rows of this relation alone (`FROM ONLY`) that the dump holds. */
  rows: count,
  /** Size on the source's disk, indexes and TOAST included. */
  bytes: count,
  /** The dump leaves this table's rows out: `rows` is 0 and there is no hash. */
  dataExcluded: z.literal(true).optional(),
  /** Of all columns but the generated ones. */
  content: contentHashSchema.optional(),
  /** Of the stored generated columns, which a restore computes anew; absent where there are none. */
  generated: contentHashSchema.optional(),
});

export const inventorySchema = z.strictObject({
  level: z.enum(['rows', 'rows+content']),
  tables: z.array(tableInventorySchema),
  /** `sums` as in a content hash, over pieces of 1 MiB; only with content. */
  largeObjects: z.strictObject({ count, bytes: count, sums: z.array(z.string()).optional() }),
  /** Populated ones; a restore computes them anew. `rows` is null where one was being refreshed or dropped. */
  materializedViews: z.array(
    z.strictObject({ schema: z.string(), name: z.string(), rows: count.nullable() }),
  ),
  /** Sequences owned by a numeric column (serial, identity, OWNED BY). Names are quoted. */
  sequenceOwners: z.array(
    z.strictObject({
      sequence: z.string(),
      table: z.string(),
      column: z.string(),
      ascending: z.boolean(),
      /** The column's highest value (lowest, where the sequence descends) as decimal text; null for no value. */
      extreme: z.string().nullable(),
      /** The sequence had not reached `extreme` at the source: its next values may collide there too. */
      behind: z.boolean(),
    }),
  ),
});

export type ContentHash = z.infer<typeof contentHashSchema>;
export type TableInventory = z.infer<typeof tableInventorySchema>;
export type Inventory = z.infer<typeof inventorySchema>;

/**
 * One object of the schema, by catalog. `identity` is unique within its kind. Entries of the kind `scope` say which
 * kinds were read, and their facts' names: what a later version reads in addition is then no difference.
 */
export const catalogEntrySchema = z.strictObject({
  kind: z.string(),
  identity: z.string(),
  /** Facts by name; a compare names the fact that differs. */
  facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
});
export const catalogSchema = z.array(catalogEntrySchema);
export type CatalogEntry = z.infer<typeof catalogEntrySchema>;
export type Catalog = z.infer<typeof catalogSchema>;

/** data and schema: tolerance zero. recomputed and environment: reported, and fail only by setting. */
export const DIFFERENCE_CLASSES = ['data', 'schema', 'recomputed', 'environment'] as const;
export type DifferenceClass = (typeof DIFFERENCE_CLASSES)[number];

/** One thing that is not as it was, in words that an operator understands without reading code. */
export interface Difference {
  readonly class: DifferenceClass;
  /** For example `table public.invoice`. */
  readonly subject: string;
  /** For example `has 41 rows, had 42 when it was backed up`. */
  readonly text: string;
}

/** Differences that make a restore count as not proven. */
export function failing(differences: readonly Difference[]): readonly Difference[] {
  return differences.filter((difference) => difference.class === 'data' || difference.class === 'schema');
}
