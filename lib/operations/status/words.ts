/** How the pages write what they are given: instants, ages, money, and texts that nobody signed. Pure. */
import { humanSeconds } from '../../contract/human';

/** Of a text from the store so much is shown; status.json has all of it. */
export const SHOWN_CHARACTERS = 600;

/**
 * What can be shown of any text: no control or format characters, which could turn the reading direction round or hide
 * words, no half characters, one line, not endless.
 */
export function plain(text: string, most = SHOWN_CHARACTERS): string {
  const line = text
    .slice(0, 4 * most)
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ');
  const characters = Array.from(line);
  return characters.length > most ? `${characters.slice(0, most - 1).join('')}…` : line;
}

/** `2026-11-20 02:00 UTC`. */
export function utc(instant: string): string {
  return `${minute(instant)} UTC`;
}

/** `2026-11-20 02:00`, for columns whose head says UTC. */
export function minute(instant: string): string {
  return new Date(instant).toISOString().slice(0, 16).replace('T', ' ');
}

/** `2026-11-20`. */
export function day(instant: string): string {
  return new Date(instant).toISOString().slice(0, 10);
}

export function secondsBetween(earlier: string, later: string): number {
  return Math.max(0, (Date.parse(later) - Date.parse(earlier)) / 1000);
}

/** `9 h 5 min`: of something that was there at `earlier`, when the page was made. */
export function age(earlier: string, later: string): string {
  const seconds = secondsBetween(earlier, later);
  return seconds < 60 ? 'less than a minute' : humanSeconds(Math.floor(seconds / 60) * 60);
}

/** `50 h (2 d 2 h)`: as the settings say it, and as an age is told. */
export function hours(count: number): string {
  const told = humanSeconds(count * 3600);
  return count < 24 ? told : `${count} h (${told})`;
}

export function whole(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}

export function usd(amount: number): string {
  return `${amount.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })} USD`;
}

/** `1 point`, `3 points`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${whole(count)} ${count === 1 ? one : many}`;
}

/** `a`, `a and b`, `a, b and 4 more`. */
export function namesIn(names: readonly string[], most = 3): string {
  const shown = names.slice(0, names.length > most ? most - 1 : most).map((name) => plain(name, 63));
  const rest = names.length - shown.length;
  const last = rest > 0 ? `${rest} more` : shown.pop();
  return shown.length === 0 ? (last ?? '') : `${shown.join(', ')} and ${last ?? ''}`;
}

/** Where a link may lead: a runbook may also be a path, which leads nowhere from a bucket. */
export function webAddress(text: string | null): string | undefined {
  return text !== null && /^https?:\/\/[\x21-\x7e]+$/i.test(text) ? text : undefined;
}
