/** The status for a terminal: the sentence, a line for each database, then what is wrong. */
import { styleText } from 'node:util';
import { humanSeconds } from '../contract/human';
import type { DatabaseStatus, Status, StatusProblem } from '../contract/status';
import { headlineOf, stateOf, stateOfDatabase, type State } from '../operations/status/sentences';
import { age, minute, plain, utc } from '../operations/status/words';
import { plainTable, type Column } from './point-table';

export interface StatusView {
  /** Columns of the terminal; undefined: as wide as it gets. */
  readonly width: number | undefined;
  /** Where it is written: coloured where that is a terminal. @default - no colour */
  readonly stream?: ColorStream;
}

/** What a terminal's stream tells of itself (`hasColors` heeds NO_COLOR, too); a pipe's tells nothing. */
export interface ColorStream {
  readonly isTTY?: boolean;
  hasColors?(): boolean;
}

const NAME_WIDTH = 40;
const STATE_WORDS: Readonly<Record<State, string>> = { good: 'ok', look: 'LOOK', wrong: 'WRONG' };
const STATE_COLORS = { good: 'green', look: 'yellow', wrong: 'red' } as const;

export function statusText(status: Status, { width, stream }: StatusView): string {
  const paint = painter(stream);
  const due = status.nextBy === null ? '' : `; a newer one is due by ${utc(status.nextBy)}`;
  return [
    paint(stateOf(status), headlineOf(status)),
    `Made on ${utc(status.madeAt)}${due}.`,
    ...(status.databases.length === 0 ? [] : ['', ...tableLines(status, width, paint)]),
    ...(status.problems.length === 0 ? [] : ['']),
    ...status.problems.flatMap((problem) => problemLines(problem, paint)),
  ].join('\n');
}

type Paint = (state: State, text: string) => string;

function painter(stream: ColorStream | undefined): Paint {
  const colored = stream?.isTTY === true && stream.hasColors?.() === true;
  return (state, text) => (colored ? styleText(STATE_COLORS[state], text, { validateStream: false }) : text);
}

/** Coloured once the table stands: its columns are counted without colours. */
function tableLines({ databases, madeAt }: Status, width: number | undefined, paint: Paint): string[] {
  const [head = '', ...rows] = plainTable(databases, columns(madeAt), width).split('\n');
  return [
    head,
    ...rows.map((row, index) => {
      const database = databases[index];
      if (database === undefined) return row;
      const state = stateOfDatabase(database);
      return row.replace(STATE_WORDS[state], (word) => paint(state, word));
    }),
  ];
}

function columns(madeAt: string): Column<DatabaseStatus>[] {
  const old = (instant: string | undefined) => (instant === undefined ? '' : age(instant, madeAt));
  return [
    { title: 'STATE', cell: (database) => STATE_WORDS[stateOfDatabase(database)] },
    { title: 'DATABASE', cell: ({ name }) => plain(name, NAME_WIDTH) },
    {
      title: 'PROVEN UP TO (UTC)',
      cell: ({ proven }) => (proven === null ? 'NOT PROVEN' : minute(proven.snapshotAt)),
    },
    { title: 'AGE', cell: ({ proven }) => old(proven?.snapshotAt), align: 'right', expendable: 2 },
    {
      title: 'NEWEST (UTC)',
      cell: ({ newest }) => (newest ? minute(newest.snapshotAt) : 'NONE'),
      expendable: 1,
    },
    { title: 'AGE', cell: ({ newest }) => old(newest?.snapshotAt), align: 'right', expendable: 3 },
    {
      title: 'RESTORED IN',
      cell: ({ proven }) => (proven === null ? '' : humanSeconds(proven.restoreSeconds)),
      align: 'right',
      expendable: 4,
    },
    { title: 'PROBLEMS', cell: ({ problems }) => String(problems.length), align: 'right', expendable: 5 },
  ];
}

function problemLines({ severity, database, text, runbook }: StatusProblem, paint: Paint): string[] {
  const word = paint(severity === 'high' ? 'wrong' : 'look', severity.toUpperCase());
  return [
    `${word} ${plain(database ?? 'the installation', NAME_WIDTH)}: ${plain(text)}`,
    ...(runbook === null ? [] : [`  What to do: ${plain(runbook)}`]),
  ];
}
