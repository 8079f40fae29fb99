/** STUB */
import type { Status } from '../../contract/status';
export function digestOf(status: Status): { readonly subject: string; readonly text: string } {
  return {
    subject: `Backstop ${status.installation ?? ''}: ${status.problems.length}`,
    text: status.problems.map(({ text }) => text).join('\n'),
  };
}
