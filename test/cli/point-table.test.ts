import { plainTable, type Column } from '../../lib/cli/point-table';

const columns: Column<string>[] = [
  { title: 'ID', cell: (id) => id },
  { title: 'CLASS', cell: () => 'daily', expendable: 1 },
  { title: 'STORED', cell: () => '1.20 MB', align: 'right', expendable: 2 },
  { title: 'MANIFEST', cell: () => 'valid' },
];

test('a pipe gets every column, aligned and without trailing blanks', () => {
  expect(plainTable(['a', 'longer'], columns, undefined)).toBe(
    [
      'ID      CLASS   STORED  MANIFEST',
      'a       daily  1.20 MB  valid',
      'longer  daily  1.20 MB  valid',
    ].join('\n'),
  );
});

test('a narrow terminal loses the columns that matter least, never the id or the verdict', () => {
  expect(plainTable(['a'], columns, 25).split('\n')[0]).toBe('ID  CLASS  MANIFEST');
  expect(plainTable(['a'], columns, 5).split('\n')[0]).toBe('ID  MANIFEST');
});
