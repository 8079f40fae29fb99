/** Where a dump begins or ends transactions. Pure. */

/** pg_dump writes these lines around the data of large objects. */
const LINE = /^(?:BEGIN|COMMIT);\s*$/;
const CONTROL =
  /^(?:BEGIN|COMMIT|END|ROLLBACK(?!\s+(?:WORK\s+|TRANSACTION\s+)?TO\b)|ABORT|START\s+TRANSACTION|PREPARE\s+TRANSACTION)\b/i;

/** @param line that holds whole statements */
export function isTransactionLine(line: string): boolean {
  return LINE.test(line);
}

/** @param statement without names. SAVEPOINT, and the way back to it, stay within their transaction */
export function controlsTransaction(statement: string): boolean {
  return CONTROL.test(statement);
}
