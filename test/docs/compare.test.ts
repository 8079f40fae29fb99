/** docs/compare.md lists every class of objects that is compared, with what is compared of it, and no other. */
import { CATALOG_SPECS } from '../../lib/postgres/catalog/all-specs';
import type { CatalogSpec } from '../../lib/postgres/catalog/spec';
import { read, tableRows } from './markdown';

const ROWS = tableRows(read('docs/compare.md'), 'Schema');

function factsOf({ facts }: CatalogSpec): string {
  if (typeof facts === 'string') return expect.any(String) as string;
  const names = Object.entries(facts).map(([name, fact]) =>
    typeof fact === 'object' && fact.class === 'environment' ? `${name} (environment)` : name,
  );
  return names.join(', ') || 'that it is there';
}

test('each class is a row: its facts, and whether it is compared always or with owners', () => {
  expect(ROWS).toEqual(
    CATALOG_SPECS.map((spec) => [spec.kind, factsOf(spec), spec.ownership ? 'with owners' : 'always']),
  );
});
