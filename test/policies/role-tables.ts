/** The table of roles as docs/security.md shows it: what the simulation says, not what was meant. */
import type { DeployedApp } from './deployed-app';
import { EVERYBODY, principalsOf, type Who } from './principals';
import { tableOf, type Row } from './table';
import { verdictOn } from './verdict';

const MARKS = { allowed: '✓', refused: '✕', 'not allowed': '' } as const;

export function roleTables(app: DeployedApp, own: string, other: string): string {
  const principals = principalsOf(app, own);
  const everybody = Object.keys(EVERYBODY) as Who[];
  const cells = ({ does, call }: Row) => [
    does,
    ...everybody.map((who) => MARKS[verdictOn(app, principals[who], call).outcome]),
  ];
  return Object.entries(tableOf(app, own, other))
    .map(([area, rows]) => `### ${area}\n\n${table(['', ...Object.values(EVERYBODY)], rows.map(cells))}`)
    .join('\n\n');
}

/** Aligned as prettier does. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) =>
    Math.max(3, ...[head, ...rows].map((cells) => cells[column]!.length)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
