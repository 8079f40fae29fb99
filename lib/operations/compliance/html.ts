/** The report as one HTML file without network access, in the look of the status page: light, dark, and on paper. Pure. */
import { html, type Html } from '../status/html';
import { pageHead } from '../status/page-head';
import type { ReportDocument, Section, Table } from './document';

/** No script, nothing fetched. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

export function htmlOf({ title, text, sections }: ReportDocument): string {
  return html`<!doctype html>
    <html lang="en">
      ${pageHead(title, POLICY)}
      <body>
        <header>
          <h1>${title}</h1>
          ${text.map((line) => html`<p class="muted">${line}</p>`)}
        </header>
        <main>${sections.map(sectionOf)}</main>
        <footer></footer>
      </body>
    </html> `.text;
}

function sectionOf({ title, text, table, list = [] }: Section): Html {
  return html`<section>
    <h2>${title}</h2>
    ${text.map((line) => html`<p>${line}</p> `)} ${table && tableOf(table, title)}
    ${
      list.length === 0
        ? undefined
        : html`<ul>
            ${list.map((item) => html`<li>${item}</li>`)}
          </ul>`
    }
  </section> `;
}

/** Every row: an auditor reads all of them. Where it is wider than the page it is scrolled, also by keys. */
function tableOf({ columns, rows }: Table, title: string): Html {
  return html`<div class="scroll" role="region" aria-label="${title}" tabindex="0">
    <table>
      <thead>
        <tr>
          ${columns.map((name) => html`<th scope="col">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${row.map((cell) => html`<td>${cell}</td>`)}
            </tr> `,
        )}
      </tbody>
    </table>
  </div>`;
}
