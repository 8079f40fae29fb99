/** The report for a terminal: wide tables lose no column, for an auditor reads all of them. */
import type { ReportDocument, Section } from '../operations/compliance/document';
import { visible } from './audit-text';
import { plainTable } from './point-table';

export function complianceText({ title, text, sections }: ReportDocument): string {
  return [title, '', ...text, ...sections.flatMap(sectionLines)].map(withoutTricks).join('\n');
}

function sectionLines({ title, text, table, list = [] }: Section): string[] {
  const columns = table?.columns.map((name, index) => ({
    title: name.toUpperCase(),
    cell: (row: readonly string[]) => visible(row[index] ?? ''),
  }));
  return [
    ...['', title, '-'.repeat(title.length)],
    ...text,
    ...(columns === undefined ? [] : ['', plainTable(table?.rows ?? [], columns, undefined)]),
    ...list.map((item) => `- ${item}`),
  ];
}

/** Line by line, so that a table stays one. */
function withoutTricks(text: string): string {
  return text.split('\n').map(visible).join('\n');
}
