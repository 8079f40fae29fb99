/** A plain table: columns as wide as their content, no borders, the same in a terminal and in a pipe. */
import { stripVTControlCharacters } from 'node:util';
import Table from 'cli-table3';

const NO_BORDERS = Object.fromEntries(
  'top top-mid top-left top-right bottom bottom-mid bottom-left bottom-right left left-mid mid mid-mid right right-mid'
    .split(' ')
    .map((name) => [name, '']),
);

export interface Column<T> {
  readonly title: string;
  readonly cell: (row: T) => string;
  readonly align?: 'right';
  /** Left out first where the terminal is too narrow: the highest number goes first. @default - always shown */
  readonly expendable?: number;
}

/** @param columns of the terminal; undefined: as wide as it gets */
export function plainTable<T>(
  rows: readonly T[],
  columns: readonly Column<T>[],
  width: number | undefined,
): string {
  const text = render(rows, columns);
  const widest = Math.max(...columns.map(({ expendable = 0 }) => expendable));
  const tooWide =
    width !== undefined && text.split('\n').some((line) => stripVTControlCharacters(line).length > width);
  if (!tooWide || widest === 0) return text;
  return plainTable(
    rows,
    columns.filter(({ expendable }) => expendable !== widest),
    width,
  );
}

function render<T>(rows: readonly T[], columns: readonly Column<T>[]): string {
  const table = new Table({
    head: columns.map(({ title }) => title),
    colAligns: columns.map(({ align }) => align ?? 'left'),
    chars: { ...NO_BORDERS, middle: '  ' },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  table.push(...rows.map((row) => columns.map(({ cell }) => cell(row))));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
