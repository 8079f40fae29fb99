/** BACKUP_STATUS.md: as GitHub shows it beside the code. Pure. */
import { humanBytes, humanSeconds } from '../../contract/human';
import type { DatabaseStatus, Status, StatusDrill, StatusProblem } from '../../contract/status';
import { STATUS_FILES } from '../../contract/status-pages';
import { headlineOf, objectivesOf, outcomeOf, provenUpTo } from './sentences';
import { age, counted, minute, plain, usd, utc, webAddress } from './words';

/** All databases together; the newest first. */
export const LISTED_DRILLS_MAX = 100;

export function statusMarkdown(status: Status): string {
  const { databases, madeAt, nextBy, installation, store } = status;
  const due =
    nextBy === null ? '' : ` A newer one is due by ${utc(nextBy)}; after that, do not believe this one.`;
  return [
    `# Backups of ${escapeMarkdown(installation ?? store)}`,
    `**${escapeMarkdown(headlineOf(status))}**`,
    `Made on ${utc(madeAt)}.${due}`,
    ...problemList(status.problems),
    ...databases.map((database) => ofDatabase(database, madeAt)),
    drillLog(databases),
    storageTable(status),
    `Backstop ${escapeMarkdown(status.toolVersion)}. The same for programs: \`${STATUS_FILES.json}\`.`,
  ]
    .join('\n\n')
    .concat('\n');
}

function problemList(problems: readonly StatusProblem[]): string[] {
  if (problems.length === 0) return ['## Nothing is known to be wrong'];
  return ['## What is wrong', problems.map(problemLine).join('\n')];
}

function problemLine({ severity, database, text, runbook, alarm }: StatusProblem): string {
  const address = webAddress(runbook);
  const words = escapeMarkdown(alarm ?? 'what to do');
  const link =
    address === undefined ? words : `[${words}](<${address.replaceAll(/[<>]/g, encodeURIComponent)}>)`;
  return `- **${severity}**, ${escapeMarkdown(database ?? 'the installation')}: ${escapeMarkdown(text)} (${link})`;
}

function ofDatabase(database: DatabaseStatus, madeAt: string): string {
  const { name, newest, proven, drills } = database;
  const upTo = provenUpTo(database);
  const point = database.points.find(({ id }) => id === newest?.point);
  const size =
    point?.storedBytes === undefined || point.storedBytes === null ? '?' : humanBytes(point.storedBytes);
  const [drill] = drills;
  return [
    `## ${escapeMarkdown(name)}`,
    '',
    row('', ''),
    row('---', '---'),
    row(
      'Proven restorable up to',
      upTo === undefined || proven === null
        ? '**not proven**'
        : `**${upTo}** (${age(proven.snapshotAt, madeAt)} old)`,
    ),
    row('Newest backup', newest === null ? 'none' : `${utc(newest.snapshotAt)}, ${size}`),
    row(
      'Last drill',
      drill === undefined ? 'none' : `${utc(drill.startedAt)}: ${escapeMarkdown(outcomeOf(drill))}`,
    ),
    ...objectivesOf(database, madeAt).map(({ what, promised, measured, met }) =>
      row(`${what}: promised`, `${promised}; measured ${measured}${met === false ? ', **not kept**' : ''}`),
    ),
  ].join('\n');
}

function drillLog(databases: readonly DatabaseStatus[]): string {
  const drills = databases
    .flatMap(({ name, drills: own }) => own.map((drill) => ({ name, drill })))
    .sort((a, b) => Date.parse(b.drill.startedAt) - Date.parse(a.drill.startedAt));
  if (drills.length === 0) return '## Drills\n\nThere was none in the last 30 days.';
  const shown = drills.slice(0, LISTED_DRILLS_MAX);
  return [
    '## Drills',
    '',
    row('When (UTC)', 'Database', 'Outcome', 'Restored in', 'Recovery point'),
    row('---', '---', '---', '---:', '---'),
    ...shown.map(({ name, drill }) => drillRow(name, drill)),
    ...(shown.length < drills.length
      ? ['', `${drills.length - shown.length} more stand in \`${STATUS_FILES.json}\`.`]
      : []),
  ].join('\n');
}

function drillRow(name: string, drill: StatusDrill): string {
  const took = drill.restoreSeconds === null ? '?' : humanSeconds(drill.restoreSeconds);
  const outcome = drill.standing === 'proven' ? 'proven' : `**${escapeMarkdown(outcomeOf(drill))}**`;
  return row(minute(drill.startedAt), escapeMarkdown(name), outcome, took, escapeMarkdown(drill.point));
}

function storageTable({ databases, storage }: Status): string {
  const line = (name: string, { points, bytes, usdMonth, forecastUsdMonth }: Status['storage']) =>
    row(
      name,
      counted(points, 'point'),
      humanBytes(bytes),
      usd(usdMonth),
      forecastUsdMonth === null ? '?' : usd(forecastUsdMonth),
    );
  return [
    '## Storage and cost',
    '',
    row('', 'Recovery points', 'Stored', 'A month, at list prices', 'A month, in 90 days'),
    row('---', '---:', '---:', '---:', '---:'),
    ...databases.map(({ name, storage: own }) => line(escapeMarkdown(name), own)),
    line('**all**', storage),
  ].join('\n');
}

function row(...cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** Neither markup, nor HTML, nor the end of a cell: what stands for something becomes a number of itself. */
export function escapeMarkdown(text: string): string {
  return plain(text).replaceAll(/[\\`*_{}[\]()#+!|<>&~$@:]/g, (character) => `&#${character.charCodeAt(0)};`);
}
