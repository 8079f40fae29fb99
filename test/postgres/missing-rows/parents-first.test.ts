import { parentsFirst } from '../../../lib/postgres/missing-rows/parents-first';

test('parents come before children, whatever the order they are named in', () => {
  const references = [
    { child: 'line', parent: 'invoice' },
    { child: 'invoice', parent: 'customer' },
  ];
  expect(parentsFirst(['line', 'other', 'invoice', 'customer'], references)).toEqual({
    order: ['customer', 'invoice', 'line', 'other'],
    circular: [],
  });
});

test('a table that names itself, or one that is not there, stands in no circle', () => {
  const references = [
    { child: 'tree', parent: 'tree' },
    { child: 'tree', parent: 'elsewhere' },
  ];
  expect(parentsFirst(['tree'], references)).toEqual({ order: ['tree'], circular: [] });
});

test('tables that name one another are told', () => {
  const references = [
    { child: 'a', parent: 'b' },
    { child: 'b', parent: 'a' },
    { child: 'c', parent: 'a' },
  ];
  expect(parentsFirst(['c', 'a', 'b'], references)).toEqual({ order: ['b', 'a', 'c'], circular: ['a', 'b'] });
});
