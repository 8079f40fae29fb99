/** The exact command that restores a database now, to be copied at three in the morning. Pure. */
import type { DatabaseStatus, Status } from '../../contract/status';

/**
 * The proven point by its id, else the newest one; in AWS by the restore task, which needs no machine of one's own.
 * Into a new database: nothing that is there is touched.
 */
export function restoreLine(status: Status, { name, proven }: DatabaseStatus): string {
  const target = `${name.replaceAll(/[^A-Za-z0-9_]/g, '_')}_restored`;
  const point = proven?.point ?? 'newest';
  const what = ['backstop', 'restore', point, '--database', name, '--target-database', target];
  const words =
    status.installation === null
      ? [...what, '--store', status.store, '--to', '"$SERVER_URL"']
      : [...what, '--installation', status.installation, '--in-aws'];
  return words.map((word) => (word === '"$SERVER_URL"' ? word : shellWord(word))).join(' ');
}

function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
