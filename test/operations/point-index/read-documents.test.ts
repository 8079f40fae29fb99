import { readTogether } from '../../../lib/operations/point-index/read-documents';

const MIB = 1024 * 1024;
const together = (...sizes: number[]) =>
  [...readTogether(sizes.map((bytes) => ({ bytes })))].map((documents) =>
    documents.map(({ bytes }) => bytes),
  );

test('small documents are read six at a time', () => {
  expect(together(...Array.from({ length: 13 }, () => 1)).map(({ length }) => length)).toEqual([6, 6, 1]);
});

test('large ones are read with few others or alone, in their order', () => {
  expect(together(MIB, 200 * MIB, MIB, 7 * MIB, MIB)).toEqual([[MIB], [200 * MIB], [MIB, 7 * MIB], [MIB]]);
});

test('of none nothing is read', () => {
  expect(together()).toEqual([]);
});
