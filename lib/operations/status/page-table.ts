/** Tables that scroll inside themselves on a narrow screen, by keyboard too. */
import { html, type Html, type HtmlValue } from './html';
import { whole } from './words';

/** More rows make a page that nobody reads; status.json has them all. */
export const TABLE_ROWS_MAX = 50;

export interface PageColumn<T> {
  readonly title: string;
  readonly cell: (row: T) => HtmlValue;
  /** `right` for figures, `still` for what must not wrap, `wide` for sentences. */
  readonly kind?: 'right' | 'still' | 'wide';
  /** Names the row. */
  readonly head?: boolean;
}

/** @param label unique on the page */
export function pageTable<T>(label: string, rows: readonly T[], columns: readonly PageColumn<T>[]): Html {
  const shown = rows.slice(0, TABLE_ROWS_MAX);
  return html`<div class="scroll" role="region" aria-label="${label}" tabindex="0">
      <table>
        <thead>
          <tr>
            ${columns.map(({ title, kind }) => html`<th scope="col" ${classOf(kind)}>${title}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${shown.map(
            (row) =>
              html`<tr>
                ${columns.map((column) => cellOf(column, row))}
              </tr> `,
          )}
        </tbody>
      </table>
    </div>
    ${leftOut(rows.length - shown.length)}`;
}

function cellOf<T>({ cell, kind, head = false }: PageColumn<T>, row: T): Html {
  return head
    ? html`<th scope="row" ${classOf(kind)}>${cell(row)}</th>`
    : html`<td${classOf(kind)}>${cell(row)}</td>`;
}

function classOf(kind: PageColumn<unknown>['kind']): Html | undefined {
  return kind && html` class="${kind}"`;
}

function leftOut(count: number): Html | undefined {
  return count > 0 ? html`<p class="small muted">${whole(count)} more stand in status.json.</p>` : undefined;
}
