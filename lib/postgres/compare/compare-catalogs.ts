/** Schema differences in words. */
import type { Catalog, CatalogEntry, Difference, DifferenceClass } from '../../contract/inventory';
import { catalogChanges, unread, type CatalogOptions, type Change } from './catalog-changes';

/** Pure; rewritten expressions still count as differences (see replay-expressions.ts). */
export function compareCatalogs(expected: Catalog, actual: Catalog, options: CatalogOptions): Difference[] {
  return [...catalogChanges(expected, actual, options).flatMap(inWords), ...notRead(expected, actual)];
}

/** One difference for a missing or extra object, one per fact for a changed one. */
export function inWords(change: Change): Difference[] {
  const { spec, expected, actual, facts } = change;
  const entry = expected ?? actual;
  if (entry === undefined) return [];
  const subject = `${spec.kind} ${entry.identity}`;
  const whole = (byDesign: boolean | undefined, text: string): Difference[] => [
    { class: byDesign === true ? 'environment' : 'schema', subject, text },
  ];
  if (expected === undefined) return whole(spec.given?.(entry), 'is there but was not in the backup');
  if (actual === undefined) return whole(spec.leftOut?.(entry), 'is missing');
  return facts.map((fact) => ({
    class: classOf(change, fact),
    subject,
    text: `${fact}: ${isAndWas(actual.facts[fact], expected.facts[fact])}`,
  }));
}

/** What the backup knows about the schema and this version, or this server, cannot read. */
export function notRead(expected: Catalog, actual: Catalog): Difference[] {
  return unread(expected, actual).map((subject) => ({
    class: 'environment',
    subject,
    text: 'was not compared: this version or this server does not know it',
  }));
}

function classOf({ spec }: Change, fact: string): DifferenceClass {
  const known = typeof spec.facts === 'string' ? undefined : spec.facts[fact];
  return (typeof known === 'object' ? known.class : undefined) ?? 'schema';
}

type FactValue = CatalogEntry['facts'][string] | undefined;

function isAndWas(is: FactValue, was: FactValue): string {
  const [now, before] = aroundFirstDifference(shown(is), shown(was));
  return `is ${now}, was ${before}`;
}

function shown(value: FactValue): string {
  if (value === undefined || value === null) return 'not set';
  return typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value).replace(/\s+/g, ' ').trim();
}

const LONG = 120;
const LEAD = 40;

/** Long texts are cut to where they begin to differ. */
function aroundFirstDifference(...texts: [string, string]): string[] {
  if (texts.every((text) => text.length <= LONG)) return texts;
  const [a, b] = texts;
  let same = 0;
  while (same < a.length && a[same] === b[same]) same += 1;
  const start = Math.max(0, same - LEAD);
  const end = start + LONG;
  return texts.map(
    (text) => `${start > 0 ? '…' : ''}${text.slice(start, end)}${text.length > end ? '…' : ''}`,
  );
}
