/** docs/cost.md states what lib/settings/cost.ts computes. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import cleaning from '../../examples/cleaning';
import deltacrown from '../../examples/deltacrown';
import gameready from '../../examples/gameready';
import offsitePlan from '../../examples/offsite-plan';
import peakops from '../../examples/peakops';
import { monthlyCost } from '../../lib/settings/cost';
import type { Settings } from '../../lib/settings/schema';
import { defineSettings } from '../../lib/settings/settings';
import { loadSettings } from '../../lib/settings/load';
import { codeBlocks, read, ROOT, tableRows } from './markdown';

const PAGE = read('docs/cost.md');
const EXAMPLES = { gameready, 'offsite-plan': offsitePlan, cleaning, peakops, deltacrown };

const usd = (amount: number) => amount.toFixed(2);

/** The page's own settings, read as an operator's file is read. */
function exampleOfThePage(): Settings {
  const [block] = codeBlocks(PAGE).filter(({ language }) => language === 'ts');
  mkdirSync(path.join(ROOT, '.scratch'), { recursive: true });
  const folder = mkdtempSync(path.join(ROOT, '.scratch/cost-'));
  try {
    writeFileSync(path.join(folder, 'settings.ts'), block?.text ?? '');
    return loadSettings('settings.ts', folder).settings;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const example = exampleOfThePage();

test('the example states what each line of it costs', () => {
  const { lines, totalUsd } = monthlyCost(example);
  const rows = tableRows(PAGE, 'An example').map((cells) => [cells[0], cells.at(-1)]);
  const expected = [...lines, { what: 'together', usd: totalUsd }];
  expect(rows.slice(0, expected.length)).toEqual(expected.map((line) => [line.what, usd(line.usd)]));
});

test('the example states what a change of it costs', () => {
  const shop = example.databases['shop']!;
  const nightly = { cron: '0 2 * * *', flexibleMinutes: 5, expectedMinutes: 10 };
  const changed = [
    { ...example, network: { mode: 'fixed-egress' } },
    { ...example, network: { mode: 'private' } },
    { ...example, databases: { shop: { ...shop, drill: { ...shop.drill, when: 'after-backup' } } } },
    { ...example, databases: { shop: { ...shop, drill: { ...shop.drill, when: 'never' } } } },
    { ...example, databases: { shop: { ...shop, schedule: nightly, keepDays: { daily: 30 } } } },
  ] as const;
  const stated = tableRows(PAGE, 'An example')
    .slice(-changed.length)
    .map((cells) => cells.at(-1));
  expect(stated).toEqual(changed.map((settings) => usd(monthlyCost(defineSettings(settings)).totalUsd)));
});

test.each(Object.entries(EXAMPLES))('the costs of %s are stated', (name, settings) => {
  const { lines, totalUsd } = monthlyCost(settings);
  const [, ...stated] =
    tableRows(PAGE, 'The five examples').find(([cell]) => cell?.startsWith(`[${name}]`)) ?? [];
  expect(stated).toEqual([...lines.map((line) => usd(line.usd)), usd(totalUsd)]);
});

test('the README rounds what the page states', () => {
  const nightly = tableRows(PAGE, 'An example').at(-1)?.at(-1);
  const [points, together] = ['recovery points in S3', 'together'].map((line) =>
    tableRows(PAGE, 'An example')
      .find(([what]) => what === line)
      ?.at(-1),
  );
  const rounded = [together, points, nightly].map((amount) => Math.round(Number(amount)));
  const sentence =
    /about (\d+) USD a month, of which S3 takes (\d+); nightly and kept for a month, to (\d+) USD/;
  expect(sentence.exec(read('README.md').replace(/\s+/g, ' '))?.slice(1).map(Number)).toEqual(rounded);
});

test('each line of the estimate has its formula', () => {
  const explained = tableRows(PAGE, 'Formulas').map(([line]) => line);
  expect(explained).toEqual(monthlyCost(example).lines.map(({ what }) => what.replace(/, public$/, '')));
});
