/** The files that tell how the backups are, below one prefix of the status bucket, or in a folder. */
export const STATUS_PREFIX = 'status/';

export const STATUS_FILES = {
  /** For people: one file, no network. */
  page: 'index.html',
  /** For programs: lib/contract/status.ts. */
  json: 'status.json',
  badge: 'badge.svg',
  /** For a repository's front page. */
  markdown: 'BACKUP_STATUS.md',
} as const;
export type StatusFile = keyof typeof STATUS_FILES;

export const STATUS_MEDIA_TYPES: Readonly<Record<StatusFile, string>> = {
  page: 'text/html; charset=utf-8',
  json: 'application/json',
  badge: 'image/svg+xml',
  markdown: 'text/markdown; charset=utf-8',
};

export function statusKey(file: StatusFile): string {
  return `${STATUS_PREFIX}${STATUS_FILES[file]}`;
}
