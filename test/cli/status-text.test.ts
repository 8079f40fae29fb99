import { stripVTControlCharacters } from 'node:util';
import { statusText } from '../../lib/cli/status-text';
import { HOSTILE, hostileStatus } from '../support/hostile-status';
import { sampleStatus } from '../support/sample-status';

const STATUS = sampleStatus();

test('tells the sentence, a line for each database, and then what is wrong', () => {
  expect(statusText(STATUS, { width: undefined }).split('\n')).toEqual([
    '1 of 3 databases needs attention: crm.',
    'Made on 2026-11-20 11:00 UTC; a newer one is due by 2026-11-20 13:00 UTC.',
    '',
    'STATE  DATABASE  PROVEN UP TO (UTC)         AGE  NEWEST (UTC)             AGE  RESTORED IN  PROBLEMS',
    'ok     shop      2026-11-20 02:00    8 h 59 min  2026-11-20 02:00  8 h 59 min  12 min 22 s         0',
    'ok     billing   2026-11-20 03:00    7 h 59 min  2026-11-20 10:00      59 min   1 min 36 s         0',
    'WRONG  crm       2026-11-14 02:30       6 d 8 h  2026-11-20 02:30  8 h 29 min   41 min 3 s         3',
    '',
    expect.stringMatching(/^HIGH crm: The newest recovery point has 0.71 GB/),
    '  What to do: https://wiki.example.com/backstop/runbook.md#backupshrunken',
    expect.stringMatching(/^HIGH crm: The drill/),
    '  What to do: https://wiki.example.com/backstop/runbook.md#drillfailed',
    expect.stringMatching(/^MEDIUM crm: /),
    '  What to do: https://wiki.example.com/backstop/runbook.md#drillmissing',
  ]);
});

test('a narrow terminal keeps state, database and up to when it is proven', () => {
  const [, , , head = '', ...rows] = statusText(STATUS, { width: 40 }).split('\n');
  expect(head).toBe('STATE  DATABASE  PROVEN UP TO (UTC)');
  expect(rows[2]).toBe('WRONG  crm       2026-11-14 02:30');
});

describe('colour', () => {
  const text = (isTTY: boolean, colors: boolean) =>
    statusText(STATUS, { width: 120, stream: { isTTY, hasColors: () => colors } });

  test('a terminal gets it, and the columns stay where they are', () => {
    expect(text(true, true)).toContain('\u001b[31mWRONG\u001b[39m  crm  ');
    expect(text(true, true)).toContain('\u001b[32mok\u001b[39m     shop ');
    expect(stripVTControlCharacters(text(true, true))).toBe(statusText(STATUS, { width: 120 }));
  });

  test('a pipe gets none, nor a terminal that has none', () => {
    expect(text(true, false) + text(false, true)).not.toContain('\u001b');
    expect(statusText(STATUS, { width: 120, stream: {} })).not.toContain('\u001b');
  });
});

test.each(Object.entries(HOSTILE))(
  '%s in a text steers no terminal and makes no line of its own',
  (_, text) => {
    const told = statusText(hostileStatus(text), { width: undefined });
    expect(told.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(told.split('\n')).toHaveLength(statusText(STATUS, { width: undefined }).split('\n').length);
  },
);
