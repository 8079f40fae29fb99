/** What the page says of the installation as a whole: cost, protection, the way of alarms, history, whom to call. Pure. */
import { humanBytes } from '../../contract/human';
import type { DatabaseStatus, Status, StatusAuditEntry } from '../../contract/status';
import { BYTES, USD } from './chart-scale';
import { FORECAST_BARS_MAX, forecastChart } from './forecast-chart';
import { html, type Html } from './html';
import { mark } from './marks';
import { restoreId } from './page-database';
import { pageTable } from './page-table';
import { restoreLine } from './restore-line';
import { counted, minute, namesIn, usd, utc } from './words';

export function pageInstallation(status: Status): Html {
  return html`${restoreNow(status)}${storage(status)}${protection(status)}${history(status)}${contacts(status)}`;
}

function restoreNow(status: Status): Html {
  const servers =
    status.installation === null
      ? '$SERVER_URL is the server to restore into.'
      : 'It restores into the server that the secret restore-target names.';
  return html`<section aria-labelledby="restore">
    <h2 id="restore">Restore right now</h2>
    <p>Into a new database: nothing that is there is touched. ${servers}</p>
    <div class="commands">
      ${status.databases.map(
        (database, index) =>
          html`<div id="${restoreId(index)}">
            <h3>${database.name}</h3>
            <p class="small muted">
              ${database.proven === null ? 'No point is proven: this takes the newest one.' : `The proven one of ${utc(database.proven.snapshotAt)}.`}
            </p>
            <pre><code>${restoreLine(status, database)}</code></pre>
          </div>`,
      )}
    </div>
  </section>`;
}

function storage({ databases, storage: all }: Status): Html {
  const largest = databases.toSorted((a, b) => b.storage.bytes - a.storage.bytes);
  const now = `${counted(all.points, 'recovery point')} take ${humanBytes(all.bytes)} and ${usd(all.usdMonth)} a month.`;
  const later =
    all.forecastBytes === null || all.forecastUsdMonth === null
      ? 'There is too little yet to say what it will be.'
      : `If they go on growing as they did, in 90 days ${humanBytes(all.forecastBytes)} and ${usd(all.forecastUsdMonth)} a month.`;
  return html`<section aria-labelledby="storage">
    <h2 id="storage">Storage and cost</h2>
    <p>${now} ${later} <span class="muted">At list prices.</span></p>
    ${
      databases.length === 0
        ? undefined
        : html`<div class="charts">${storageCharts(largest)}</div>
            ${storageTable(largest)}`
    }
  </section>`;
}

function storageCharts(databases: readonly DatabaseStatus[]): Html {
  const shown = namesIn(
    databases.slice(0, FORECAST_BARS_MAX).map(({ name }) => name),
    FORECAST_BARS_MAX,
  );
  const label = (what: string) =>
    `${what}, now and in 90 days, of ${shown}. The figures stand in the table below.`;
  return html`<figure>
      <figcaption><strong>Stored, by database</strong></figcaption>
      ${forecastChart({
        ...{ id: 'storage-bytes', label: label('Stored bytes'), unit: BYTES, databases },
        now: (database) => database.storage.bytes,
        forecast: (database) => database.storage.forecastBytes,
      })}
    </figure>
    <figure>
      <figcaption><strong>Cost a month, by database</strong></figcaption>
      ${forecastChart({
        ...{ id: 'storage-cost', label: label('Cost a month'), unit: USD, databases },
        now: (database) => database.storage.usdMonth,
        forecast: (database) => database.storage.forecastUsdMonth,
      })}
    </figure>`;
}

function storageTable(databases: readonly DatabaseStatus[]): Html {
  const or = (value: number | null, write: (value: number) => string) =>
    value === null ? '?' : write(value);
  return html`<details>
    <summary>The figures: storage and cost</summary>
    ${pageTable('Storage and cost by database', databases, [
      { title: 'Database', cell: ({ name }) => name, head: true },
      { title: 'Points', cell: (database) => database.storage.points, kind: 'right' },
      { title: 'Stored', cell: (database) => humanBytes(database.storage.bytes), kind: 'right' },
      {
        title: 'In 90 days',
        cell: (database) => or(database.storage.forecastBytes, humanBytes),
        kind: 'right',
      },
      { title: 'A month', cell: (database) => usd(database.storage.usdMonth), kind: 'right' },
      { title: 'In 90 days', cell: (database) => or(database.storage.forecastUsdMonth, usd), kind: 'right' },
    ])}
  </details>`;
}

function protection({ protection: kept, alarmTest }: Status): Html {
  const differences = kept?.differences ?? [];
  const lines = kept === null ? [html`It was not looked at.`] : protectionLines(kept);
  return html`<section aria-labelledby="protection">
    <h2 id="protection">Protection and alarms</h2>
    <ul class="lines">
      ${lines.map((line) => html`<li>${line}</li>`)}
      ${differences.map((each) => html`<li class="wrong">${mark('faulty')} Not as it was deployed: ${each}</li>`)}
      <li>${alarmTestLine(alarmTest)}</li>
    </ul>
  </section>`;
}

function protectionLines({
  lock,
  encryption,
  versioned,
  differences,
}: NonNullable<Status['protection']>): Html[] {
  const good = mark('proven');
  const bad = mark('faulty');
  return [
    lock === null
      ? html`${bad} Nothing is locked: whoever may delete can delete recovery points.`
      : html`${good} Objects are born locked for ${counted(lock.days, 'day')}, in ${lock.mode.toLowerCase()}
        mode.`,
    encryption === null
      ? html`${bad} Nothing is encrypted by the store.`
      : html`${good} Encrypted: ${encryption}.`,
    versioned ? html`${good} Versioned: nothing is lost by overwriting.` : html`${bad} Not versioned.`,
    ...(differences.length === 0 ? [html`${good} All is as it was deployed.`] : []),
  ];
}

function alarmTestLine(test: Status['alarmTest']): Html {
  if (test === null) return html`${mark('none')} The way of an alarm was not tested yet.`;
  const { testedAt, alarm, arrived, seconds } = test;
  if (!arrived)
    return html`<strong class="wrong"
      >${mark('failed')} The test alarm ${alarm} of ${utc(testedAt)} did not arrive.</strong
    >`;
  const took = seconds === null ? '' : ` after ${Math.round(seconds)} s`;
  return html`${mark('proven')} The test alarm ${alarm} of ${utc(testedAt)} arrived${took}.`;
}

function history({ audit }: Status): Html {
  return html`<section aria-labelledby="history">
    <h2 id="history">Who did what</h2>
    ${audit.length === 0 ? html`<p>Nothing in the last 30 days.</p>` : pageTable('History, newest first', audit, HISTORY)}
  </section>`;
}

const HISTORY = [
  { title: 'When (UTC)', cell: ({ at }: StatusAuditEntry) => minute(at), kind: 'still', head: true },
  { title: 'Program', cell: ({ program }: StatusAuditEntry) => program },
  { title: 'Database', cell: ({ database }: StatusAuditEntry) => database },
  { title: 'Outcome', cell: outcome, kind: 'wide' },
  { title: 'Who', cell: ({ who }: StatusAuditEntry) => who ?? '?' },
  { title: 'Why', cell: ({ reason }: StatusAuditEntry) => reason ?? '?', kind: 'wide' },
  { title: 'What', cell: ({ what, id }: StatusAuditEntry) => what ?? id },
] as const;

function outcome({ outcome: how, failure, overrides }: StatusAuditEntry): Html {
  return html`${failure === null ? how : html`<strong class="wrong">${how}</strong><br />${failure}`}
  ${overrides.length === 0 ? undefined : html`<br />overrode: ${overrides.join(', ')}`}`;
}

function contacts({ contacts: lines }: Status): Html | undefined {
  if (lines.length === 0) return undefined;
  return html`<section aria-labelledby="contacts">
    <h2 id="contacts">Whom to call</h2>
    <ul class="lines">
      ${lines.map((line) => html`<li>${line}</li>`)}
    </ul>
  </section>`;
}
