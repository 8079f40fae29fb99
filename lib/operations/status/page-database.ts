/** All that the page says of one database: what can be restored comes first, and largest. Pure. */
import { humanBytes } from '../../contract/human';
import type { DatabaseStatus } from '../../contract/status';
import { html, type Html } from './html';
import { mark } from './marks';
import { pageCharts } from './page-charts';
import { pageDrills } from './page-drills';
import { pageProblem } from './page-problems';
import { pageTable } from './page-table';
import { objectivesOf, provenUpTo, stateOfDatabase, whyNotProven, type Objective } from './sentences';
import { pageStrip } from './page-strip';
import { age, counted, minute, plain, usd, utc, whole } from './words';

/** Where on the page a database stands; its number, because a name may hold anything. */
export const sectionId = (index: number) => `database-${index + 1}`;
export const restoreId = (index: number) => `restore-${index + 1}`;

export function databaseSection(database: DatabaseStatus, index: number, madeAt: string): Html {
  const id = sectionId(index);
  const { name } = database;
  return html`<section aria-labelledby="${id}">
    <h2 id="${id}" class="name">${name} ${schedule(database)}</h2>
    ${provenLine(database, madeAt)}
    <p class="small"><a href="#${restoreId(index)}">The command that restores ${name}</a></p>
    ${problemsOf(database)}
    <h3>Promised and measured</h3>
    ${pageTable(`Promised and measured: ${name}`, objectivesOf(database, madeAt), OBJECTIVES)}
    <h3>Each day of the last 30</h3>
    ${pageStrip(database, madeAt)} ${pageCharts(database, id, madeAt)} ${pageDrills(database)}
    ${largestTables(database)} ${failures(database)}
    <h3>Storage</h3>
    <p>${storageLine(database)}</p>
  </section>`;
}

function schedule({ schedule: cron }: DatabaseStatus): Html | undefined {
  return cron === null ? undefined : html`<span class="small muted">backed up at <code>${cron}</code></span>`;
}

function provenLine(database: DatabaseStatus, madeAt: string): Html {
  const upTo = provenUpTo(database);
  const { proven } = database;
  if (upTo === undefined || proven === null)
    return html`<p class="proven wrong">Not proven: ${whyNotProven(database)}</p>`;
  const tone = stateOfDatabase(database) === 'good' ? mark('proven') : undefined;
  return html`<p class="proven">
    ${tone} Proven restorable up to <time datetime="${proven.snapshotAt}" class="still">${upTo}</time>
    <span class="muted"
      >${age(proven.snapshotAt, madeAt)} before this page was made. A drill restored it on
      ${utc(proven.provenAt)} and found it equal.</span
    >
  </p>`;
}

function problemsOf({ problems }: DatabaseStatus): Html | undefined {
  if (problems.length === 0) return undefined;
  return html`<div class="problems">
    <h3>What is wrong</h3>
    <ul>
      ${problems.map((each) => pageProblem(each, false))}
    </ul>
  </div>`;
}

const OBJECTIVES = [
  { title: 'Objective', cell: ({ what }: Objective) => what, head: true },
  { title: 'Promised', cell: ({ promised }: Objective) => promised },
  { title: 'Measured', cell: ({ measured }: Objective) => measured },
  { title: 'Verdict', cell: ({ met }: Objective) => verdict(met) },
];

function verdict(met: boolean | undefined): Html {
  if (met === undefined) return html`<span class="muted">no promise to hold it to</span>`;
  return met
    ? html`<span class="still">${mark('proven')} kept</span>`
    : html`<strong class="wrong still">${mark('faulty')} not kept</strong>`;
}

function largestTables({ name, largestTables: tables }: DatabaseStatus): Html | undefined {
  if (tables.length === 0) return undefined;
  return html`<h3>Largest tables of the newest backup</h3>
    ${pageTable(`Largest tables: ${name}`, tables, [
      { title: 'Table', cell: (table) => html`<code>${table.name}</code>`, head: true },
      { title: 'Rows', cell: (table) => whole(table.rows), kind: 'right' },
      { title: 'Size', cell: (table) => humanBytes(table.bytes), kind: 'right' },
    ])}`;
}

function failures({ name, failures: failed }: DatabaseStatus): Html | undefined {
  if (failed.length === 0) return undefined;
  return html`<h3>Runs that failed</h3>
    ${pageTable(`Runs that failed: ${name}`, failed, [
      { title: 'When (UTC)', cell: ({ at }) => minute(at), kind: 'still', head: true },
      { title: 'Program', cell: ({ program }) => program },
      { title: 'What happened', cell: ({ text }) => text, kind: 'wide' },
    ])}`;
}

function storageLine({ storage }: DatabaseStatus): string {
  const { points, bytes, usdMonth, forecastBytes, forecastUsdMonth } = storage;
  const forecast =
    forecastBytes === null || forecastUsdMonth === null
      ? 'There is too little yet to say what it will be.'
      : `In 90 days, if it goes on like this: ${humanBytes(forecastBytes)}, ${usd(forecastUsdMonth)} a month.`;
  return plain(
    `${counted(points, 'recovery point')}, ${humanBytes(bytes)}, ${usd(usdMonth)} a month. ${forecast}`,
  );
}
