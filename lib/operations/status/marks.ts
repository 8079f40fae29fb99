/** Signs that differ by shape, so that nobody needs the colour: each is drawn once and used many times. */
import { MARK_MEANINGS, MARKS, type Mark } from './day-strip';
import { Html, html } from './html';

/** `look` is no day's mark: something is not as it should be, and nothing is lost by it. */
type Sign = Mark | 'look';

const SHAPES: Readonly<Record<Sign, string>> = {
  look: '<circle cx="8" cy="8" r="6.6" fill="none" stroke="var(--look)" stroke-width="1.8"/><path d="M8 4.6v4.2M8 11.1v.5" stroke="var(--look)" stroke-width="1.8" stroke-linecap="round"/>',
  proven:
    '<circle cx="8" cy="8" r="7" fill="var(--accent)"/><path d="M4.7 8.3l2.3 2.3 4.4-4.8" fill="none" stroke="var(--paper)" stroke-width="1.9" stroke-linecap="round" stroke-linejoin="round"/>',
  made: '<circle cx="8" cy="8" r="6" fill="none" stroke="var(--accent)" stroke-width="2"/>',
  expired:
    '<circle cx="8" cy="8" r="3" fill="none" stroke="var(--muted)" stroke-width="1.5" stroke-dasharray="1.6 1.5"/>',
  faulty: '<path d="M3 3l10 10M13 3L3 13" stroke="var(--wrong)" stroke-width="2.8" stroke-linecap="round"/>',
  failed:
    '<path d="M8 1.6L15 14.2H1z" fill="var(--wrong)" stroke="var(--wrong)" stroke-width="1.2" stroke-linejoin="round"/><path d="M8 6v4M8 11.9v.6" stroke="var(--paper)" stroke-width="1.6" stroke-linecap="round"/>',
  none: '<path d="M4.5 8h7" stroke="var(--muted)" stroke-width="1.6" stroke-linecap="round"/>',
  unlisted:
    '<path d="M4 8h.01M8 8h.01M12 8h.01" stroke="var(--muted)" stroke-width="2" stroke-linecap="round"/>',
};

/** Once on the page, before they are used. */
export const MARK_SHAPES = new Html(
  `<svg width="0" height="0" style="position:absolute" aria-hidden="true" focusable="false"><defs>${Object.entries(
    SHAPES,
  )
    .map(([name, shape]) => `<symbol id="mark-${name}" viewBox="0 0 16 16">${shape}</symbol>`)
    .join('')}</defs></svg>`,
);

/** Decoration: the words beside it say the same. */
export function mark(name: Sign): Html {
  return html`<svg class="mark" aria-hidden="true" focusable="false"><use href="#mark-${name}" /></svg>`;
}

export function markKey(marks: ReadonlySet<Mark>, held: boolean): Html {
  const shown = MARKS.filter((name) => marks.has(name));
  return html`<ul class="key">
    ${shown.map((name) => html`<li>${mark(name)} ${MARK_MEANINGS[name]}</li>`)}
    ${held ? html`<li><span class="held"></span> held: it stays whatever its time</li>` : undefined}
  </ul>`;
}
