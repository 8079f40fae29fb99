/** The state in plain sentences: the same ones on the page, in Markdown, in the mail and in the terminal. Pure. */
import type { AlarmSeverity } from '../../contract/alarms';
import { humanSeconds } from '../../contract/human';
import type { DatabaseStatus, Status, StatusDrill } from '../../contract/status';
import { age, counted, day, hours, namesIn, secondsBetween, utc } from './words';

/** `wrong`: act now. `look`: act this week, or nothing is known. */
export const STATES = ['good', 'look', 'wrong'] as const;
export type State = (typeof STATES)[number];

const OF_SEVERITY: Readonly<Record<AlarmSeverity, State>> = { high: 'wrong', medium: 'look', low: 'look' };

export function worstOf(states: readonly State[]): State {
  return STATES.findLast((state) => states.includes(state)) ?? 'good';
}

/** What nobody proved is not good, whatever else is known of it. */
export function stateOfDatabase({ problems, proven }: DatabaseStatus): State {
  return worstOf([
    proven === null ? 'wrong' : 'good',
    ...problems.map(({ severity }) => OF_SEVERITY[severity]),
  ]);
}

export function stateOf({ problems, databases }: Status): State {
  const ofProblems = problems.map(({ severity }) => OF_SEVERITY[severity]);
  return worstOf([
    databases.length === 0 ? 'wrong' : 'good',
    ...databases.map(stateOfDatabase),
    ...ofProblems,
  ]);
}

/** The whole state in one sentence. */
export function headlineOf(status: Status): string {
  const { databases, problems } = status;
  if (databases.length === 0) return 'There is no database here: nothing is backed up.';
  const troubled = databases.filter(({ problems: own }) => own.length > 0);
  const unproven = databases.filter(({ proven }) => proven === null);
  if (troubled.length > 0) return attention(databases, troubled);
  if (unproven.length > 0) return notProven(databases, unproven);
  const can = databases.length === 1 ? 'The database' : `All ${databases.length} databases`;
  if (problems.length > 0) return `${can} can be restored, but the installation needs attention.`;
  const one = databases.length === 1 ? 'it has' : 'each has';
  return `${can} can be restored: ${one} a recovery point that a drill has proven.`;
}

type Databases = readonly DatabaseStatus[];

function attention(all: Databases, troubled: Databases): string {
  const of = all.length === 1 ? 'The database' : `${troubled.length} of ${all.length} databases`;
  const verb = troubled.length === 1 ? 'needs' : 'need';
  return `${of} ${verb} attention: ${namesIn(troubled.map(({ name }) => name))}.`;
}

function notProven(all: Databases, unproven: Databases): string {
  const of = all.length === 1 ? 'The database' : `${unproven.length} of ${all.length} databases`;
  const verb = unproven.length === 1 ? 'is' : 'are';
  return `${of} ${verb} not proven to be restorable: ${namesIn(unproven.map(({ name }) => name))}.`;
}

/** `2026-11-20 02:00 UTC`, up to which a database is proven; undefined where it is not. */
export function provenUpTo({ proven }: DatabaseStatus): string | undefined {
  return proven === null ? undefined : utc(proven.snapshotAt);
}

export function whyNotProven({ drills, newest, objectives }: DatabaseStatus): string {
  if (newest === null) return 'there is no recovery point';
  const failed = drills.filter(({ standing }) => standing === 'failed').length;
  if (failed > 0) return `no drill has proven a recovery point that is still kept; ${failed} failed`;
  if (objectives?.provenWithinHours === null) return 'no drills are asked for';
  return 'no drill has proven a recovery point that is still kept';
}

export interface Objective {
  readonly what: string;
  readonly promised: string;
  readonly measured: string;
  /** undefined where nothing was promised. */
  readonly met: boolean | undefined;
}

/** What was promised beside what is: nothing measured is a promise broken. */
export function objectivesOf(database: DatabaseStatus, madeAt: string): Objective[] {
  const { objectives, newest, proven } = database;
  return [
    aged('Newest backup', newest?.snapshotAt, objectives?.rpoHours, madeAt),
    aged('Newest proven backup', proven?.snapshotAt, objectives?.provenWithinHours, madeAt),
    {
      what: 'Restore time',
      promised: objectives === null ? 'not known here' : `within ${minutes(objectives.rtoMinutes)}`,
      measured: proven === null ? 'not measured' : humanSeconds(proven.restoreSeconds),
      met: objectives ? proven !== null && proven.restoreSeconds <= objectives.rtoMinutes * 60 : undefined,
    },
  ];
}

function aged(
  what: string,
  since: string | undefined,
  mostHours: number | null | undefined,
  madeAt: string,
): Objective {
  const promised = typeof mostHours === 'number' ? `at most ${hours(mostHours)} old` : 'nothing promised';
  return {
    what,
    promised: mostHours === undefined ? 'not known here' : promised,
    measured: since === undefined ? 'there is none' : `${age(since, madeAt)} old`,
    met:
      typeof mostHours === 'number'
        ? since !== undefined && secondsBetween(since, madeAt) <= mostHours * 3600
        : undefined,
  };
}

export function minutes(count: number): string {
  return humanSeconds(count * 60);
}

/** `proven`, or why it is no proof. */
export function outcomeOf({ standing, differences, checksFailed }: StatusDrill): string {
  if (standing !== 'failed') return standing === 'proven' ? 'proven' : `no proof: ${standing}`;
  const reasons = [
    ...(differences > 0 ? [counted(differences, 'difference')] : []),
    ...(checksFailed > 0 ? [`${counted(checksFailed, 'check')} failed`] : []),
  ];
  return reasons.length === 0 ? 'failed' : `failed: ${reasons.join(', ')}`;
}

/** Up to here every database is proven: the oldest of their proven points; undefined where one has none. */
export function allProvenUpTo(databases: Databases): string | undefined {
  const instants = databases.map(({ proven }) => proven?.snapshotAt);
  if (instants.length === 0 || instants.includes(undefined)) return undefined;
  return day(instants.reduce((a = '', b = '') => (Date.parse(a) < Date.parse(b) ? a : b)) ?? '');
}
