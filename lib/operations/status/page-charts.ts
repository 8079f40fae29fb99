/** Small charts of a database over the days of the status, and the figures behind them. Pure. */
import { humanBytes, humanSeconds } from '../../contract/human';
import { LISTED_POINTS_MAX, STATUS_DAYS, type DatabaseStatus, type StatusPoint } from '../../contract/status';
import { BYTES, ROWS, SECONDS, type Unit } from './chart-scale';
import { html, type Html } from './html';
import { pageTable } from './page-table';
import { minutes } from './sentences';
import { trendChart, type Reading, type Trend } from './trend';
import { day, minute, secondsBetween, whole } from './words';

interface Measure {
  readonly key: string;
  readonly title: string;
  readonly unit: Unit;
  readonly write: (value: number) => string;
  readonly readings: readonly Reading[];
  /** Over which the readings are, in words. */
  readonly span: string;
  readonly more?: Pick<Trend, 'failures' | 'objective'>;
  /** Said where nothing can be drawn. */
  readonly none: string;
}

export function pageCharts(database: DatabaseStatus, id: string, madeAt: string): Html {
  const points = database.points.filter(({ startedAt }) => isRecent(startedAt, madeAt)).toReversed();
  const ofPoints = (value: (point: StatusPoint) => number | null): Reading[] =>
    points.flatMap((point): Reading[] => {
      const read = value(point);
      return read === null ? [] : [[point.snapshotAt ?? point.startedAt, read]];
    });
  const common = { none: 'No recovery point tells it.', span: spanOf(database, madeAt) };
  const measures: Measure[] = [
    {
      key: 'size',
      title: 'Stored size',
      unit: BYTES,
      write: humanBytes,
      readings: ofPoints((point) => point.storedBytes),
      ...common,
    },
    {
      key: 'rows',
      title: 'Rows',
      unit: ROWS,
      write: whole,
      readings: ofPoints(({ rows }) => rows),
      ...common,
    },
    {
      key: 'time',
      title: 'Time of a backup',
      unit: SECONDS,
      write: humanSeconds,
      readings: ofPoints((point) => point.backupSeconds),
      ...common,
    },
    restoreTimes(database, madeAt),
  ];
  return html`<h3>How it went</h3>
    <div class="charts">
      ${measures.map((measure) => figure(measure, { id: `${id}-${measure.key}`, name: database.name, madeAt }))}
    </div>
    ${pointFigures(database)}`;
}

/** Of drills that proved something; those that failed are marked on the ground line. */
function restoreTimes({ drills, objectives }: DatabaseStatus, madeAt: string): Measure {
  const recent = drills.filter(({ startedAt }) => isRecent(startedAt, madeAt)).toReversed();
  const readings = recent.flatMap(({ standing, startedAt, restoreSeconds }): Reading[] =>
    standing === 'proven' && restoreSeconds !== null ? [[startedAt, restoreSeconds]] : [],
  );
  return {
    key: 'restore',
    title: 'Time of a restore, by drills',
    span: IN_ALL_DAYS,
    unit: SECONDS,
    write: humanSeconds,
    readings,
    more: {
      failures: recent.flatMap(({ standing, startedAt }) => (standing === 'proven' ? [] : [startedAt])),
      ...(objectives && {
        objective: { value: objectives.rtoMinutes * 60, text: `promised: ${minutes(objectives.rtoMinutes)}` },
      }),
    },
    none: 'No drill has measured it.',
  };
}

const IN_ALL_DAYS = `in the last ${STATUS_DAYS} days`;

/** A list that is full may not reach back over all the days. */
function spanOf({ points }: DatabaseStatus, madeAt: string): string {
  const oldest = points.at(-1);
  if (points.length < LISTED_POINTS_MAX || oldest === undefined) return IN_ALL_DAYS;
  return isRecent(oldest.startedAt, madeAt) ? `since ${day(oldest.startedAt)}` : IN_ALL_DAYS;
}

interface Place {
  readonly id: string;
  readonly name: string;
  readonly madeAt: string;
}

function figure(
  { title, unit, write, readings, span, more, none }: Measure,
  { id, name, madeAt }: Place,
): Html {
  const told =
    readings.length === 0 ? none : summary(readings, write, span) + failuresTold(more?.failures ?? []);
  const label = `${title} of ${name}. ${told}`;
  return html`<figure>
    <figcaption><strong>${title}</strong><span class="muted">${told}</span></figcaption>
    ${readings.length === 0 ? undefined : trendChart({ id, label, unit, readings, madeAt, ...more })}
  </figure>`;
}

function summary(readings: readonly Reading[], write: (value: number) => string, span: string): string {
  const values = readings.map(([, value]) => value);
  const between = `between ${write(Math.min(...values))} and ${write(Math.max(...values))}`;
  return `${write(values.at(-1) ?? 0)} now, ${between} ${span}.`;
}

function failuresTold(failures: readonly string[]): string {
  if (failures.length === 0) return '';
  return ` ${failures.length === 1 ? 'One drill' : `${failures.length} drills`} proved nothing (▲).`;
}

function pointFigures({ name, points }: DatabaseStatus): Html | undefined {
  if (points.length === 0) return undefined;
  return html`<details>
    <summary>The figures: recovery points of ${name}</summary>
    ${pageTable(`Recovery points: ${name}`, points, [
      {
        title: 'As of (UTC)',
        cell: (point) => minute(point.snapshotAt ?? point.startedAt),
        kind: 'still',
        head: true,
      },
      { title: 'State', cell: stateOf, kind: 'wide' },
      { title: 'Class', cell: (point) => point.class ?? '?' },
      { title: 'Stored', cell: ({ storedBytes }) => or(storedBytes, humanBytes), kind: 'right' },
      { title: 'Database', cell: ({ databaseBytes }) => or(databaseBytes, humanBytes), kind: 'right' },
      { title: 'Rows', cell: ({ rows }) => or(rows, whole), kind: 'right' },
      { title: 'Backup took', cell: ({ backupSeconds }) => or(backupSeconds, humanSeconds), kind: 'right' },
      { title: 'Expires', cell: ({ expiresAt }) => expiresAt?.slice(0, 10) ?? '?', kind: 'still' },
      { title: 'Id', cell: (point) => html`<code>${point.id}</code>`, kind: 'still' },
    ])}
  </details>`;
}

function stateOf({ state, proven, held, fault }: StatusPoint): string {
  return [
    ...(state === 'valid' && proven ? [] : [state]),
    ...(proven ? ['proven'] : []),
    ...(held ? ['held'] : []),
    ...(fault === null ? [] : [fault]),
  ].join(', ');
}

function or(value: number | null, write: (value: number) => string): string {
  return value === null ? '?' : write(value);
}

function isRecent(at: string, madeAt: string): boolean {
  return secondsBetween(at, madeAt) <= STATUS_DAYS * 86_400;
}
