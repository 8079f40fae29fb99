/** The status as an e-mail: a subject that says it all, problems first, then a few lines for each database. Pure. */
import { humanBytes, humanSeconds } from '../../contract/human';
import type { DatabaseStatus, Status, StatusProblem } from '../../contract/status';
import { headlineOf, outcomeOf, provenUpTo, stateOfDatabase, STATES, whyNotProven } from './sentences';
import { age, counted, day, plain, usd, utc } from './words';

/** SNS asks for less than 100, and only ASCII. */
export const SUBJECT_CHARACTERS = 99;
/** SNS takes 256 KiB of subject, text and attributes together. */
export const DIGEST_BYTES = 240 * 1024;

export interface Digest {
  readonly subject: string;
  readonly text: string;
}

export function digestOf(status: Status): Digest {
  const lines = [
    headlineOf(status),
    `${status.installation === null ? '' : `Installation ${status.installation}, `}${status.store}, as of ${utc(status.madeAt)}.`,
    '',
    ...problemLines(status.problems),
    ...worstFirst(status.databases).flatMap((database) => databaseLines(database, status.madeAt)),
    storageLine(status),
    ...(status.contacts.length === 0
      ? []
      : ['', 'Whom to call:', ...status.contacts.map((line) => `  ${line}`)]),
  ].map((line) => plain(line));
  return { subject: subjectOf(status), text: fitting(lines) };
}

function subjectOf(status: Status): string {
  const of = status.installation === null ? '' : ` ${status.installation}`;
  const text = `Backstop${of} ${day(status.madeAt)}: ${headlineOf(status)}`;
  return plain(text.replaceAll(/[^\x20-\x7e]/g, '?'), SUBJECT_CHARACTERS - 2).replace(/…$/, '...');
}

function problemLines(problems: readonly StatusProblem[]): string[] {
  if (problems.length === 0) return ['Nothing is known to be wrong.', ''];
  return [
    'What is wrong:',
    ...problems.flatMap(({ severity, database, text, runbook }) => [
      `  ${severity.toUpperCase()} ${database ?? 'the installation'}: ${text}`,
      ...(runbook === null ? [] : [`    What to do: ${runbook}`]),
    ]),
    '',
  ];
}

/** What may be cut off at the end is what is fine. */
function worstFirst(databases: readonly DatabaseStatus[]): DatabaseStatus[] {
  const rank = (database: DatabaseStatus) => STATES.indexOf(stateOfDatabase(database));
  return databases.toSorted((a, b) => rank(b) - rank(a));
}

function databaseLines(database: DatabaseStatus, madeAt: string): string[] {
  const { name, proven, newest, drills } = database;
  const upTo = provenUpTo(database);
  const [drill] = drills;
  const took = drill?.restoreSeconds ? ` in ${humanSeconds(drill.restoreSeconds)}` : '';
  return [
    name,
    upTo === undefined || proven === null
      ? `  NOT PROVEN: ${whyNotProven(database)}`
      : `  proven restorable up to ${upTo} (${age(proven.snapshotAt, madeAt)} old)`,
    `  newest backup: ${newest === null ? 'none' : `${utc(newest.snapshotAt)} (${age(newest.snapshotAt, madeAt)} old)`}`,
    `  last drill: ${drill === undefined ? 'none' : `${utc(drill.startedAt)}, ${outcomeOf(drill)}${took}`}`,
    '',
  ];
}

function storageLine({ storage: { points, bytes, usdMonth } }: Status): string {
  return `Storage: ${counted(points, 'recovery point')}, ${humanBytes(bytes)}, ${usd(usdMonth)} a month at list prices.`;
}

/** Whole lines, as many as a message takes, and then how many are missing. */
function fitting(lines: readonly string[]): string {
  let bytes = 0;
  const kept = lines.findIndex((line) => (bytes += Buffer.byteLength(line) + 1) > DIGEST_BYTES);
  if (kept === -1) return `${lines.join('\n')}\n`;
  return `${lines.slice(0, kept).join('\n')}\n… ${counted(lines.length - kept, 'line')} more: see the status page.\n`;
}
