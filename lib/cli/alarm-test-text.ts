/** What came of tests of alarms, as a person reads it. */
import { humanSeconds } from '../contract/human';
import type { ToldTest } from './alarm-test';
import type { Output } from './command-io';
import { paint } from './paint';
import { plainTable } from './point-table';

const RESULTS = {
  arrived: ['arrived', 'green'],
  late: ['arrived late', 'yellow'],
  never: ['NEVER ARRIVED', 'red'],
  'not-tested': ['not tested', 'yellow'],
} as const;

export function alarmTestText(results: readonly ToldTest[], output: Output): string {
  const table = plainTable(
    results,
    [
      { title: 'RESULT', cell: ({ outcome }) => resultOf(outcome, output) },
      { title: 'ALARM', cell: ({ name }) => name },
      { title: 'DATABASE', cell: ({ database }) => database ?? '' },
      { title: 'CAME AFTER', cell: ({ secondsToAlarm }) => after(secondsToAlarm), align: 'right' },
      { title: 'WENT AFTER', cell: ({ secondsToOk }) => after(secondsToOk), align: 'right', expendable: 1 },
    ],
    output.columns,
  );
  const remarks = results.flatMap((result) => remark(result));
  return [table, ...(remarks.length === 0 ? [] : ['', ...remarks])].join('\n');
}

function resultOf(outcome: ToldTest['outcome'], output: Output): string {
  const [text, colour] = RESULTS[outcome];
  return paint(colour, text, output);
}

function after(seconds: number | null): string {
  return seconds === null ? '' : humanSeconds(seconds);
}

function remark({ name, database, outcome, why, look, secondsToAlarm }: ToldTest): string[] {
  const subject = database === null ? name : `${name} of ${database}`;
  if (outcome === 'not-tested') return [`not tested: ${subject}: ${why ?? ''}`];
  if (outcome !== 'never') return [];
  const what = secondsToAlarm === null ? 'that it came' : 'that it went';
  return [`never arrived: ${subject}: the message ${what}. Look at:`, ...look.map((line) => `  - ${line}`)];
}
