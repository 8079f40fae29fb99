import type { Difference } from '../../lib/contract/inventory';
import { demandProof, failingFirst } from '../../lib/operations/drill-outcome';

const difference = (kind: Difference['class']): Difference => ({
  class: kind,
  subject: kind,
  text: 'differs',
});
const compared = { tables: 1, rows: 1, catalogEntries: 1, sequences: 0, content: 'copy' as const };

test.each([
  ['data', [], true],
  ['schema', [], true],
  ['recomputed', [], false],
  ['environment', [], false],
  ['recomputed', ['recomputed'], true],
  ['environment', ['recomputed'], false],
] as const)('a difference of %s, where %j fails as well: fails %s', (kind, alsoFailsOn, fails) => {
  const prove = () => {
    demandProof(
      'shop',
      { alsoFailsOn, minimumRows: 1 },
      { compared, differences: [difference(kind)], checks: [] },
    );
  };
  if (fails) expect(prove).toThrow(/shop was restored, and is not proven/);
  else expect(prove).not.toThrow();
});

test('what was compared not at all is no proof', () => {
  expect(() => {
    demandProof('shop', { alsoFailsOn: [], minimumRows: 1 }, { compared: null, differences: [], checks: [] });
  }).toThrow(/holds 0 rows/);
});

test('what fails comes before what is reported', () => {
  const found = [difference('environment'), difference('data')];
  expect(failingFirst(found, [])).toEqual({ failed: [found[1]], reported: [found[0]] });
});
