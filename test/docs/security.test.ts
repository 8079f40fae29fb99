/** The tables of docs/security.md are those of the simulation. Write them anew: `WRITE_DOCS=1 npx jest test/docs/security` */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { installation } from '../policies/installation';
import { roleTables } from '../policies/role-tables';
import { read, ROOT } from './markdown';

const PAGE = 'docs/security.md';
const BEGIN = '<!-- tables: begin -->\n\n';
const END = '\n\n<!-- tables: end -->';

test(`the tables of ${PAGE} say what the simulation says`, () => {
  const page = read(PAGE);
  const begin = page.indexOf(BEGIN) + BEGIN.length;
  const end = page.indexOf(END);
  const current = roleTables(installation(), 'shop', 'web');
  if (process.env['WRITE_DOCS'] !== undefined)
    writeFileSync(path.join(ROOT, PAGE), page.slice(0, begin) + current + page.slice(end));
  expect(read(PAGE).slice(begin, read(PAGE).indexOf(END))).toBe(current);
});
