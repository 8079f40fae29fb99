/** Words of SQL, told from names. Pure. */

/** What stands in double quotes is a name and never a word of SQL. */
export function withoutNames(text: string): string {
  return text.replace(/"(?:[^"]|"")*"/g, '""');
}
