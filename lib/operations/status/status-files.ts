/** STUB */
import type { Status } from '../../contract/status';
export function statusFiles(status: Status): Record<'page' | 'json' | 'badge' | 'markdown', string> {
  const json = `${JSON.stringify(status, null, 2)}\n`;
  return { page: json, json, badge: json, markdown: json };
}
