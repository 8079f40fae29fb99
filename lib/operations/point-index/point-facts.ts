/** Of a signed document, once it is believed, the few facts that are remembered. Pure. */
import type { Evidence } from '../../contract/evidence';
import type { Manifest } from '../../contract/manifest';
import { REMEMBERED_TABLES_MAX, type IndexedDrill, type PointFacts } from '../../contract/point-index';
import { summaryOf } from '../recovery-points';

/** Whoever can write a document may say much in it. */
const TEXT_MAX = 500;

export function shortText(text: string): string {
  return text.length <= TEXT_MAX ? text : `${text.slice(0, TEXT_MAX)}…`;
}

export function pointFactsOf(manifest: Manifest): PointFacts {
  const { objects, inventoried, warnings } = summaryOf(manifest);
  const { startedAt, finishedAt, snapshotAt, retainUntil, expiresAt, previousManifestSha256 } = manifest;
  const { format, compression, excludedTableData, databaseBytes, storedBytes } = manifest;
  return {
    ...{ startedAt, finishedAt, snapshotAt, class: manifest.class, retainUntil, expiresAt },
    ...{ format, compression, excludedTableData, databaseBytes, storedBytes, objects },
    rows: inventoried?.rows ?? null,
    largestTables: largestTables(manifest),
    warnings: warnings.length,
    previousManifestSha256,
  };
}

/** By their size at the source; those whose rows the dump leaves out are none of it. */
function largestTables({ inventory }: Manifest): PointFacts['largestTables'] {
  return (inventory?.tables ?? [])
    .filter(({ dataExcluded }) => dataExcluded !== true)
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, REMEMBERED_TABLES_MAX)
    .map(({ schema, name, rows, bytes }) => ({ name: `${schema}.${name}`, rows, bytes }));
}

export function drillFactsOf(evidence: Evidence): NonNullable<IndexedDrill['facts']> {
  const { manifestSha256, snapshotAt, startedAt, finishedAt, outcome, restoreSeconds, phaseSeconds } =
    evidence;
  const passed = evidence.checks.filter((check) => check.passed).length;
  return {
    ...{ manifestSha256, snapshotAt, startedAt, finishedAt, outcome, restoreSeconds, phaseSeconds },
    failure: evidence.failure === null ? null : shortText(evidence.failure),
    differences: evidence.differenceCount,
    checksPassed: passed,
    checksFailed: evidence.checks.length - passed,
  };
}
