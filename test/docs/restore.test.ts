/** What docs/restore.md shows to copy is what the program takes. */
import { restoreHooksSchema } from '../../lib/contract/restore-hooks';
import { OVERRIDES } from '../../lib/operations/place-refusals';
import { codeBlocks, read } from './markdown';

const PAGE = read('docs/restore.md');

test('the hooks that it shows are hooks', () => {
  const shown = codeBlocks(PAGE).filter(({ language }) => language === 'json');
  expect(shown).toHaveLength(1);
  expect(restoreHooksSchema.parse(JSON.parse(shown[0]?.text ?? ''))).toMatchObject({
    before: [{ timeoutSeconds: 300 }],
    after: [{ timeoutSeconds: 120 }, { timeoutSeconds: 180 }],
  });
});

test('each refusal that can be overridden is a row with its switch, and no other', () => {
  const rows = [...PAGE.matchAll(/\| `--allow ([a-z-]+)` +\|/g)].map(([, override]) => override);
  expect(rows.sort()).toEqual([...OVERRIDES].sort());
});
