/** Differences between the data of two dumps, in words. Pure. */
import type { Difference, Inventory } from '../../contract/inventory';
import { qualifiedName } from '../tables';
import type { CopyDigest, DumpDigest } from './copy-digest';
import { readable, readableName } from './identifiers';

/** @param expected of the archive @param actual of the restored database, digested like the archive */
export function compareDigests(expected: DumpDigest, actual: DumpDigest): Difference[] {
  const names = new Set([...expected.tables.keys(), ...actual.tables.keys()]);
  const tables = [...names].flatMap((name) =>
    copyDifferences(expected.tables.get(name), actual.tables.get(name)).map((text): Difference => {
      return { class: 'data', subject: `table ${readable(name)}`, text };
    }),
  );
  if (expected.largeObjects.digest === actual.largeObjects.digest) return tables;
  return [
    ...tables,
    { class: 'data', subject: 'large objects', text: 'hold other bytes than in the backup' },
  ];
}

/** A table without rows is the same as none: whether it exists, the catalog tells. */
function copyDifferences(was: CopyDigest | undefined, is: CopyDigest | undefined): string[] {
  const [rowsBefore, rows] = [was?.rows ?? 0, is?.rows ?? 0];
  if (rowsBefore !== rows) return [`has ${rows} rows, has ${rowsBefore} in the backup`];
  if (was === undefined || is === undefined || rows === 0) return [];
  if (was.columns.join() !== is.columns.join())
    return [`values were not compared: columns are ${is.columns.join(', ')}; were ${was.columns.join(', ')}`];
  return was.digest === is.digest ? [] : ['holds other values than in the backup, in as many rows'];
}

/** Rows that were counted at the source and cannot be found in the archive's lines were compared with nothing. */
export function notDigested({ tables }: Inventory, archive: DumpDigest): Difference[] {
  return tables.flatMap((table): Difference[] => {
    const rows = archive.tables.get(qualifiedName(table))?.rows ?? 0;
    const text = `values were not compared: it had ${table.rows} rows when it was backed up, the dump shows ${rows}`;
    return rows === table.rows ? [] : [{ class: 'data', subject: `table ${readableName(table)}`, text }];
  });
}
