/**
 * The check of each new recovery point, within minutes of its backup: what is stored against what was signed. Its result is
 * written down, so that later passes only read it; each full pass looks again and writes down what has changed.
 */
import {
  checkRecordKey,
  checkRecordPrefix,
  checkRecordSchema,
  LISTED_FINDINGS_MAX,
  type CheckRecord,
} from '../../contract/check-record';
import type { Manifest } from '../../contract/manifest';
import { StoreKeyExists, type Store } from '../../runtime/store';
import type { Finding } from '../finding';
import type { BelievedPoint } from '../recovery-points';
import type { Measured } from './measured';
import type { MonitorTools } from './monitor-tools';
import { isWhole, pointFindings } from './point-findings';
import { readJson } from './read-json';
import { seePoint, type SeenPoint } from './see-point';

export interface CheckTools extends Pick<MonitorTools, 'store' | 'statusStore' | 'objects'> {
  /** For which every object is locked from its birth. */
  readonly defaultLockDays: number;
}

export interface CheckedPoint {
  readonly point: BelievedPoint<Manifest>;
  readonly check: CheckRecord;
}

/** Looks only where nobody has looked yet. @throws Failure `store-failed` */
export async function checkedPoint(
  point: BelievedPoint<Manifest> | undefined,
  tools: CheckTools,
  now: Date,
): Promise<CheckedPoint | undefined> {
  if (point === undefined) return undefined;
  const known = await latestRecord(point, tools.statusStore);
  return { point, check: known ?? (await recordCheck(point, await seePoint(point, tools), tools, now)) };
}

/** @param checked undefined where there is no point */
export function storedGauges(
  checked: CheckedPoint | undefined,
  { reporter }: Pick<MonitorTools, 'reporter'>,
): Measured {
  if (checked === undefined) return { storedFaults: 0 };
  const { database, findings, faults } = checked.check;
  for (const { severity, subject, text } of findings)
    if (severity === 'fault') reporter.warn(`${database}: ${subject} ${text}`, { database });
  return { storedFaults: faults };
}

/** @param seen the point's objects, just now @throws Failure `store-failed` */
export async function recordCheck(
  point: BelievedPoint<Manifest>,
  seen: SeenPoint,
  tools: CheckTools,
  now: Date,
): Promise<CheckRecord> {
  const record = recordOf(point, pointFindings(seen, tools.defaultLockDays, now), now);
  const known = await latestRecord(point, tools.statusStore);
  if (known !== undefined && saysTheSame(known, record)) return known;
  await tools.statusStore.put(checkRecordKey(record), encoded(record)).catch((error: unknown) => {
    // Another pass of the same millisecond.
    if (!(error instanceof StoreKeyExists)) throw error;
  });
  return record;
}

function recordOf(
  { database, id, manifestSha256 }: BelievedPoint<Manifest>,
  findings: readonly Finding[],
  now: Date,
): CheckRecord {
  const [faults = [], notes = []] = (['fault', 'note'] as const).map((wanted) =>
    findings.filter(({ severity }) => severity === wanted),
  );
  return {
    ...{ version: 1, database, id, manifestSha256, checkedAt: now.toISOString() },
    ...{ whole: isWhole(findings), faults: faults.length, notes: notes.length },
    findings: [...faults, ...notes].slice(0, LISTED_FINDINGS_MAX),
  };
}

/** undefined where nobody has looked, or what was written down is of another manifest or cannot be read. */
async function latestRecord(
  { database, id, manifestSha256 }: BelievedPoint<Manifest>,
  statusStore: Store,
): Promise<CheckRecord | undefined> {
  let newest: string | undefined;
  for await (const { key } of statusStore.list(checkRecordPrefix(database, id))) newest = key;
  if (newest === undefined) return undefined;
  const record = checkRecordSchema.safeParse(await readJson(statusStore, newest)).data;
  return record?.manifestSha256 === manifestSha256 ? record : undefined;
}

function saysTheSame(a: CheckRecord, b: CheckRecord): boolean {
  return encoded({ ...a, checkedAt: '' }).equals(encoded({ ...b, checkedAt: '' }));
}

/** The order of the fields is the schema's, whoever made the record. */
function encoded({ checkedAt, ...rest }: CheckRecord): Buffer {
  const ordered = checkRecordSchema.omit({ checkedAt: true }).parse(rest);
  return Buffer.from(`${JSON.stringify({ ...ordered, checkedAt }, null, 2)}\n`);
}
