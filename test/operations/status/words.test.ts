import { BYTES, niceSteps, ROWS, SECONDS, USD } from '../../../lib/operations/status/chart-scale';
import { escapeHtml, html } from '../../../lib/operations/status/html';
import { age, counted, hours, namesIn, plain, utc, webAddress } from '../../../lib/operations/status/words';
import { HOSTILE } from '../../support/hostile-status';

describe('a text that nobody signed', () => {
  test('loses what steers a screen or turns the reading direction round', () => {
    expect(plain(HOSTILE.control)).toBe('a [31mred Subject: other gnp.exe \ufffdz');
    expect(plain(HOSTILE.control)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
  });

  test('is cut where it is endless, between whole characters', () => {
    expect(plain(HOSTILE.long)).toHaveLength(600);
    expect(plain('😀😀😀😀', 3)).toBe('😀😀…');
    expect(plain('four', 4)).toBe('four');
  });

  test('is text wherever it is put into HTML', () => {
    expect(html`<p title="${'"'}">${'<b>&'}${html`<i>${1}</i>`}${['x', '<']}${undefined}</p>`.text).toBe(
      '<p title="&quot;">&lt;b&gt;&amp;<i>1</i>x&lt;</p>',
    );
    expect(escapeHtml(HOSTILE.markup)).not.toMatch(/[<>"']/);
  });
});

test('instants and ages say their zone and their unit', () => {
  expect(utc('2026-11-20T03:30:59.000+01:00')).toBe('2026-11-20 02:30 UTC');
  expect(age('2026-11-20T02:00:04Z', '2026-11-20T11:00:00Z')).toBe('8 h 59 min');
  expect(age('2026-11-20T02:00:04Z', '2026-11-20T02:00:30Z')).toBe('less than a minute');
  expect([hours(2), hours(24), hours(50)]).toEqual(['2 h', '24 h (1 d)', '50 h (2 d 2 h)']);
});

test('names are told while they are few', () => {
  expect(namesIn(['a'])).toBe('a');
  expect(namesIn(['a', 'b', 'c'])).toBe('a, b and c');
  expect(namesIn(['a', 'b', 'c', 'd'])).toBe('a, b and 2 more');
  expect([counted(1, 'point'), counted(2000, 'point')]).toEqual(['1 point', '2,000 points']);
});

test.each([
  ['https://wiki.example.com/runbook#x', true],
  ['docs/runbook.md', false],
  ['javascript:alert(1)', false],
  ['https://wiki.example.com/a b', false],
  [null, false],
])('%j is a link: %s', (text, linked) => {
  expect(webAddress(text) !== undefined).toBe(linked);
});

test.each([
  ['bytes', BYTES, 1.24e9, ['0 B', '500 MB', '1 GB', '1.5 GB']],
  ['rows', ROWS, 48_000_000, ['0', '20M', '40M', '60M']],
  ['seconds', SECONDS, 3600, ['0', '30 min', '1 h', '1 h 30 min']],
  ['short times', SECONDS, 34, ['0', '10 s', '20 s', '30 s', '40 s']],
  ['money', USD, 3.09, ['0 USD', '1 USD', '2 USD', '3 USD', '4 USD']],
  ['nothing', BYTES, 0, ['0 B', '1 B']],
])('an axis of %s goes in steps that people count in', (_, unit, highest, labels) => {
  const { step, top } = niceSteps(unit, highest);
  const ticks = Array.from({ length: Math.round(top / step) + 1 }, (__, n) => unit.write(n * step));
  expect(ticks).toEqual(labels);
});
