/** The report in Markdown, for a repository or a ticket. Words that nobody signed are no markup. Pure. */
import type { ReportDocument, Section, Table } from './document';

export function markdownOf({ title, text, sections }: ReportDocument): string {
  const parts = [`# ${escaped(title)}`, ...text.map(escaped), ...sections.flatMap(sectionParts)];
  return `${parts.join('\n\n')}\n`;
}

function sectionParts({ title, text, table, list = [] }: Section): string[] {
  return [
    `## ${escaped(title)}`,
    ...text.map(escaped),
    ...(table === undefined ? [] : [tableOf(table)]),
    ...(list.length === 0 ? [] : [list.map((item) => `- ${escaped(item)}`).join('\n')]),
  ];
}

function tableOf({ columns, rows }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.map(escaped).join(' | ')} |`;
  return [line(columns), `|${' --- |'.repeat(columns.length)}`, ...rows.map(line)].join('\n');
}

/** One line, of which no character is markup. */
function escaped(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]+/gu, ' ').replaceAll(/[\\`*_{}[\]<>|#~!]/g, '\\$&');
}
