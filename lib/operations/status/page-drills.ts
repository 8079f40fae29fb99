/** The log of drills of a database. Pure. */
import { humanSeconds } from '../../contract/human';
import type { DatabaseStatus, StatusDrill } from '../../contract/status';
import { html, type Html } from './html';
import { mark } from './marks';
import { pageTable } from './page-table';
import { outcomeOf } from './sentences';
import { counted, minute } from './words';

/** What nobody needs to open to see. */
const FIRST_DRILLS = 5;

export function pageDrills({ name, drills }: DatabaseStatus): Html {
  if (drills.length === 0)
    return html`<h3>Drills</h3>
      <p>There was none in the last 30 days.</p>`;
  const older = drills.slice(FIRST_DRILLS);
  const proven = drills.filter(({ standing }) => standing === 'proven').length;
  return html`<h3>Drills: ${counted(drills.length, 'restore')} tried, ${proven} proven</h3>
    ${pageTable(`Newest drills: ${name}`, drills.slice(0, FIRST_DRILLS), COLUMNS)}
    ${
      older.length === 0
        ? undefined
        : html`<details>
            <summary>Older drills of ${name}</summary>
            ${pageTable(`Older drills: ${name}`, older, COLUMNS)}
          </details>`
    }`;
}

const COLUMNS = [
  { title: 'When (UTC)', cell: ({ startedAt }: StatusDrill) => minute(startedAt), kind: 'still', head: true },
  { title: 'Outcome', cell: outcome, kind: 'wide' },
  { title: 'Restored in', cell: (drill: StatusDrill) => seconds(drill.restoreSeconds), kind: 'right' },
  { title: 'Age of the data', cell: (drill: StatusDrill) => seconds(drill.pointAgeSeconds), kind: 'right' },
  { title: 'Checks', cell: checks, kind: 'still' },
  { title: 'Recovery point', cell: ({ point }: StatusDrill) => html`<code>${point}</code>`, kind: 'still' },
] as const;

function outcome(drill: StatusDrill): Html {
  if (drill.standing === 'proven') return html`${mark('proven')} proven`;
  return html`<strong class="wrong">${mark('faulty')} ${outcomeOf(drill)}</strong
    >${drill.failure === null ? undefined : html`<br />${drill.failure}`}`;
}

function checks({ checksPassed, checksFailed }: StatusDrill): string {
  if (checksPassed + checksFailed === 0) return 'none';
  return checksFailed === 0
    ? `${checksPassed} passed`
    : `${checksFailed} of ${checksPassed + checksFailed} failed`;
}

function seconds(value: number | null): string {
  return value === null ? '?' : humanSeconds(value);
}
