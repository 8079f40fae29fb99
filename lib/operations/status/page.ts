/** index.html: one file that needs nothing else, made from the status alone. Pure. */
import { runbookLink } from '../../contract/alarms';
import { STATUS_FILES } from '../../contract/status-pages';
import type { DatabaseStatus, Status } from '../../contract/status';
import { Html, html } from './html';
import { MARK_SHAPES, mark } from './marks';
import { databaseSection, sectionId } from './page-database';
import { pageHead } from './page-head';
import { pageInstallation } from './page-installation';
import { pageProblems } from './page-problems';
import { PAGE_POLICY, PAGE_SCRIPT, STALE_ID } from './page-script';
import { pageTable } from './page-table';
import { headlineOf, provenUpTo } from './sentences';
import { age, counted, utc, webAddress } from './words';

export function statusPage(status: Status): string {
  const { databases, madeAt } = status;
  return html`<!doctype html>
    <html lang="en">
      ${pageHead(headlineOf(status), PAGE_POLICY)}
      <body>
        ${staleBanner(status)}${MARK_SHAPES} ${pageHeader(status)}
        <main>
          ${pageProblems(status)} ${databases.length > 1 ? glance(databases, madeAt) : undefined}
          ${databases.map((database, index) => databaseSection(database, index, madeAt))}
          ${pageInstallation(status)}
        </main>
        ${pageFooter(status)}
        ${status.nextBy === null ? undefined : new Html(`<script>${PAGE_SCRIPT}</script>`)}
      </body>
    </html> `.text;
}

/** Hidden until the page is too old. */
function staleBanner({ madeAt, nextBy, runbook }: Status): Html | undefined {
  if (nextBy === null) return undefined;
  const link = runbook === null ? undefined : runbookLink(runbook, 'MonitorSilent');
  const address = webAddress(link ?? null);
  const where =
    address === undefined ? html`${link}` : html`<a href="${address}">What to do: MonitorSilent</a>`;
  return html`<div id="${STALE_ID}" role="alert" hidden data-made-at="${madeAt}" data-next-by="${nextBy}">
    <span></span> ${where}
  </div>`;
}

function pageHeader(status: Status): Html {
  const { installation, store, madeAt, nextBy } = status;
  const next =
    nextBy === null
      ? 'Nobody makes a new one by itself.'
      : html`A newer one is due by <time datetime="${nextBy}" class="still">${utc(nextBy)}</time>; after that,
          do not believe this one.`;
  return html`<header>
    <p class="eyebrow">Backups of ${installation ?? store}</p>
    <h1>${headlineOf(status)}</h1>
    <p class="muted">Made on <time datetime="${madeAt}" class="still">${utc(madeAt)}</time>. ${next}</p>
  </header>`;
}

function glance(databases: readonly DatabaseStatus[], madeAt: string): Html {
  const rows = databases.map((database, index) => ({ database, index }));
  return html`<section aria-labelledby="glance">
    <h2 id="glance">At a glance</h2>
    ${pageTable('State of each database', rows, [
      {
        title: 'Database',
        cell: ({ database, index }) => html`<a href="#${sectionId(index)}">${database.name}</a>`,
        head: true,
      },
      { title: 'State', cell: ({ database }) => trouble(database), kind: 'still' },
      { title: 'Proven restorable up to', cell: ({ database }) => proven(database, madeAt) },
      {
        title: 'Newest backup',
        cell: ({ database: { newest } }) => (newest ? `${age(newest.snapshotAt, madeAt)} old` : 'none'),
      },
    ])}
  </section>`;
}

function proven(database: DatabaseStatus, madeAt: string): Html {
  const upTo = provenUpTo(database);
  if (upTo === undefined) return html`<span class="wrong">not proven</span>`;
  return html`<span class="still">${upTo}</span>
    <span class="muted still">${age(database.proven?.snapshotAt ?? madeAt, madeAt)} old</span>`;
}

function trouble({ problems, proven: proof }: DatabaseStatus): Html {
  if (problems.length === 0 && proof !== null) return html`${mark('proven')} fine`;
  const bad = proof === null || problems.some(({ severity }) => severity === 'high');
  const told = problems.length === 0 ? 'not proven' : counted(problems.length, 'problem');
  return html`<strong class="${bad ? 'wrong' : 'look'}">${mark(bad ? 'failed' : 'look')} ${told}</strong>`;
}

function pageFooter({ toolVersion, store }: Status): Html {
  return html`<footer>
    <p>
      Backstop ${toolVersion} · <code>${store}</code> · the same for programs:
      <a href="${STATUS_FILES.json}">${STATUS_FILES.json}</a>
    </p>
  </footer>`;
}
