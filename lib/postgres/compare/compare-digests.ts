/** Differences between the data of two dumps, in words. Pure. */
import type { Difference } from '../../contract/inventory';
import type { CopyDigest, DumpDigest } from './copy-digest';
import { readable } from './identifiers';

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
