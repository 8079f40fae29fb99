/** The days of a database as a strip of signs, each said in words too. Pure. */
import type { DatabaseStatus } from '../../contract/status';
import { stripDays, type StripDay } from './day-strip';
import { html, type Html } from './html';
import { mark, markKey } from './marks';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

export function pageStrip(database: DatabaseStatus, madeAt: string): Html {
  const days = stripDays(database, madeAt);
  const grouped = days.some(({ points }) => points > 1);
  const marks = new Set(days.flatMap((each) => each.marks));
  return html`<ol class="strip">
      ${days.map((each, index) => cell(each, { grouped, first: index === 0 }))}
    </ol>
    ${markKey(
      marks,
      days.some(({ held }) => held),
    )}
    ${grouped ? html`<p class="small muted">Above each day stands how many recovery points it has.</p>` : undefined}`;
}

function cell(
  { day, marks, held, points, text }: StripDay,
  { grouped, first }: { grouped: boolean; first: boolean },
): Html {
  const date = Number(day.slice(8));
  const month =
    first || date === 1 ? html`<span class="month">${MONTHS[Number(day.slice(5, 7)) - 1]}</span>` : undefined;
  const count = grouped ? html`<span class="count">${points > 0 ? points : ' '}</span>` : undefined;
  const line = held ? html`<span class="held"></span>` : undefined;
  const seen = html`<span class="cell">${marks.map(mark)}</span>${line}${count}${date}${month}`;
  return html`<li title="${text}">
    <span class="hidden">${text}</span><span aria-hidden="true">${seen}</span>
  </li>`;
}
