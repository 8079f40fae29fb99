/** From what is wrong to a problem of the status: with the severity of its alarm, and where to read what to do. Pure. */
import { ALARM_SEVERITIES, ALARMS, runbookLink, type AlarmName } from '../../contract/alarms';
import { messageOf } from '../../contract/failure';
import type { StatusProblem } from '../../contract/status';

export interface Trouble {
  readonly alarm: AlarmName;
  /** null for one of the installation. */
  readonly database: string | null;
  /** One plain sentence with its figures. */
  readonly text: string;
}

/** What nobody could look at, and why. Its alarm takes silence for a breach, and so comes for it, too. */
export interface Unseen {
  readonly alarm: AlarmName;
  readonly database?: string;
  readonly subject: string;
  readonly error: unknown;
}

/** Nothing is said of it, least of all that it is good. What was not seen for one reason is told together. */
export function unseenTroubles(unseen: readonly Unseen[]): Trouble[] {
  const together = Map.groupBy(unseen, ({ database, error }) => `${database ?? ''}\n${messageOf(error)}`);
  return [...together.values()].flatMap((parts) => {
    const [first] = parts;
    if (first === undefined) return [];
    const subjects = [...new Set(parts.map(({ subject }) => subject))].join(', ');
    const text = `Could not be looked at: ${subjects}: ${quoted(messageOf(first.error))}`;
    return [{ alarm: first.alarm, database: first.database ?? null, text }];
  });
}

/** @param runbookUrl as in the settings; null where none are at hand */
export function problemOf({ alarm, database, text }: Trouble, runbookUrl: string | null): StatusProblem {
  const runbook = runbookUrl === null ? null : runbookLink(runbookUrl, alarm);
  return { alarm, severity: ALARMS[alarm], database, text, runbook };
}

/** The most severe first; of one severity those of the installation, and then as they came. */
export function bySeverity(problems: readonly StatusProblem[]): StatusProblem[] {
  const rank = ({ severity, database }: StatusProblem) =>
    2 * ALARM_SEVERITIES.indexOf(severity) + (database === null ? 0 : 1);
  return [...problems].sort((a, b) => rank(a) - rank(b));
}

/** The first ones of many, as they were told. */
export function firstOf(texts: readonly string[], shown = 3): string {
  const rest = texts.length - shown;
  return [...texts.slice(0, shown), ...(rest > 0 ? [`and ${rest} more`] : [])].join('; ');
}

const QUOTED_MAX = 300;

/** What a program said may be long, and stands elsewhere in full. */
export function quoted(text: string): string {
  return text.length > QUOTED_MAX ? `${text.slice(0, QUOTED_MAX - 1)}…` : text;
}

/** `1 run`, `2 runs`. */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
