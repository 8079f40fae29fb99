/** badge.svg: two words and a date for a repository's front page. Pure. */
import type { Status } from '../../contract/status';
import { escapeHtml } from './html';
import { allProvenUpTo, headlineOf, stateOf, type State } from './sentences';

const LABEL = 'backups';
/** Dark enough for white letters on them. */
const COLORS: Readonly<Record<State, string>> = { good: '#2b7a3d', look: '#8a5a00', wrong: '#b3261e' };
/** Of DejaVu Sans and Verdana at 11 px, on average; textLength makes up for the rest. */
const CHARACTER_WIDTH = 6.6;
const HEIGHT = 20;

export function statusBadge(status: Status): string {
  const value = badgeText(status);
  const [left, right] = [widthOf(LABEL), widthOf(value)];
  const title = escapeHtml(`${LABEL}: ${value}. ${headlineOf(status)}`);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${left + right}" height="${HEIGHT}" role="img" aria-label="${title}">
<title>${title}</title>
<clipPath id="round"><rect width="${left + right}" height="${HEIGHT}" rx="3"/></clipPath>
<g clip-path="url(#round)"><rect width="${left}" height="${HEIGHT}" fill="#444b54"/><rect x="${left}" width="${right}" height="${HEIGHT}" fill="${COLORS[stateOf(status)]}"/></g>
<g fill="#fff" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11" text-anchor="middle">
${textAt(LABEL, left / 2, left)}
${textAt(value, left + right / 2, right)}
</g>
</svg>
`;
}

/** Up to which day every database is proven, or how many are: a badge without a date could be of last year. */
export function badgeText({ databases }: Status): string {
  const upTo = allProvenUpTo(databases);
  if (upTo !== undefined) return `proven ${upTo}`;
  const proven = databases.filter((database) => database.proven !== null).length;
  return proven === 0 ? 'nothing proven' : `${proven} of ${databases.length} proven`;
}

function widthOf(text: string): number {
  return Math.round(text.length * CHARACTER_WIDTH) + 12;
}

function textAt(text: string, middle: number, width: number): string {
  return `<text x="${middle}" y="14" textLength="${width - 12}" lengthAdjust="spacingAndGlyphs">${escapeHtml(text)}</text>`;
}
