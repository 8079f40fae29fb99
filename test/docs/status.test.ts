/** docs/status.md says what status.json holds, and its pictures are small enough for a page. */
import { statSync } from 'node:fs';
import path from 'node:path';
import { ALARMS } from '../../lib/contract/alarms';
import { statusSchema } from '../../lib/contract/status';
import { MARK_MEANINGS, MARKS } from '../../lib/operations/status/day-strip';
import { links, read, ROOT, tableRows } from './markdown';
import { fieldsOf } from './schema-fields';

const PAGE = read('docs/status.md');
/** The page speaks of an alarm: docs/runbook.md lists them. */
const ALARM_NAMES = Object.keys(ALARMS)
  .map((name) => JSON.stringify(name))
  .join(', ');

test('the page lists every field of status.json with its type, and no other', () => {
  const documented = tableRows(PAGE, 'status.json').map(([name = '', type = '']) => ({
    path: name.replaceAll('`', ''),
    type,
  }));
  const known = fieldsOf(statusSchema).map(({ path: field, type }) => ({
    path: field,
    type: type.replace(ALARM_NAMES, 'alarm'),
  }));
  expect(documented).toEqual(known);
});

test('the page explains every sign of the strip in the words of the page itself', () => {
  const told = tableRows(PAGE, 'The strip of days').map(([, meaning]) => meaning);
  expect(told).toEqual([...MARKS.map((mark) => MARK_MEANINGS[mark]), 'held: it stays whatever its time']);
});

test.each(links(PAGE).filter((link) => link.endsWith('.png')))('%s is a picture below 200 kB', (link) => {
  expect(statSync(path.join(ROOT, 'docs', link)).size).toBeLessThan(200_000);
});
