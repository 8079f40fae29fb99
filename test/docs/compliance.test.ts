/** docs/compliance.md says what the report says. Write its example anew: `WRITE_DOCS=1 npx jest test/docs/compliance` */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { complianceText } from '../../lib/cli/compliance-text';
import { guardrailsOf } from '../../lib/constructs/guardrails';
import { EXCEPTION_KINDS } from '../../lib/contract/compliance';
import { filledIn } from '../../lib/contract/guardrails';
import { judged } from '../../lib/operations/compliance/compliance-report';
import { documentOf } from '../../lib/operations/compliance/document';
import type { Gathered } from '../../lib/operations/compliance/gathered';
import type { DrillLogEntry } from '../../lib/operations/drill-log';
import { summaryOf, type BelievedPoint } from '../../lib/operations/recovery-points';
import { auditLog } from '../../lib/operations/audit-log';
import { defineSettings } from '../../lib/settings/settings';
import { StorageStack } from '../../lib/stacks/storage-stack';
import { evidenceOf } from '../support/made-evidence';
import { manifestKeyOf, manifestOf } from '../support/made-point';
import { MINIMAL, newApp } from '../support/synthesize';
import { read, ROOT, tableRows } from './markdown';

const PAGE = 'docs/compliance.md';
const BEGIN = '<!-- example: begin -->\n\n';
const END = '\n\n<!-- example: end -->';
const NOW = new Date('2026-11-20T00:00:00Z');
const PERIOD = { since: new Date('2026-11-10T00:00:00Z'), until: NOW };
const NIGHTS = [10, 11, 12, 13, 15, 16, 17, 18, 19].map((day) => new Date(Date.UTC(2026, 10, day, 2)));
const FILE = { key: 'points/x', bytes: 4, sha256: '0'.repeat(64), crc32: '0'.repeat(8) };
const later = (at: Date, minutes: number) => new Date(at.getTime() + minutes * 60_000);

const MANIFESTS = NIGHTS.map((startedAt) =>
  manifestOf({ startedAt }, [FILE], { finishedAt: later(startedAt, 6).toISOString() }),
);

function points(): BelievedPoint[] {
  return MANIFESTS.map((manifest) => ({
    ...{ database: 'shop', id: manifest.id, hidden: false, state: 'valid', manifestSha256: '0'.repeat(64) },
    key: manifestKeyOf({ startedAt: new Date(manifest.startedAt) }),
    manifest: summaryOf(manifest),
  }));
}

function drills(): DrillLogEntry[] {
  return MANIFESTS.map((manifest, index): DrillLogEntry => {
    const at = later(NIGHTS[index]!, 10);
    const finishedAt = later(at, 12).toISOString();
    const evidence = evidenceOf(manifest, Buffer.of(), at, { restoreSeconds: 300 + 20 * index, finishedAt });
    const { id: drill, point } = evidence;
    const told = { key: '', database: 'shop', drill, point, at: at.toISOString(), pointAgeSeconds: 600 };
    return { ...told, standing: 'proven', fault: null, evidence };
  }).reverse();
}

function gathered(): Gathered {
  const settings = defineSettings(MINIMAL);
  const { postgresBackups, backupKey } = new StorageStack(newApp(), 'test-storage', { settings });
  const keyArn = 'arn:aws:kms:eu-central-1:111122223333:key/0f1e';
  const bucketName = 'acme-postgres-111122223333-eu-central-1';
  const restore = {
    ...({ version: 1, program: 'restore' } as const),
    ...{ database: 'shop', id: '20261117T091500Z-5d0e11' },
    ...{ who: 'alice', reason: 'ticket 88', what: `${MANIFESTS[5]!.id} into db.example.com/shop_copy` },
    identity: 'arn:aws:sts::111122223333:assumed-role/operator/alice',
  } as const;
  const schedule = {
    cron: '0 2 * * *',
    timeZone: 'UTC',
    seasons: [],
    flexibleMinutes: 15,
    expectedMinutes: 30,
  };
  return {
    store: `s3://${bucketName}`,
    protection: { guardrails: filledIn(guardrailsOf(postgresBackups, backupKey), { bucketName, keyArn }) },
    ...{ differences: [], breakGlassRole: undefined, points: { value: points() } },
    locks: { value: { points: 9, objects: 945, objectsOfEachPoint: null, faults: [] } },
    drills: { value: drills() },
    audit: {
      value: {
        unreadable: [],
        entries: auditLog([
          { ...restore, event: 'started', at: '2026-11-17T09:15:00Z' },
          { ...restore, event: 'ended', at: '2026-11-17T09:21:00Z', exitCode: 0 },
          ...MANIFESTS.map(({ id, finishedAt: at }) => ({
            ...{ version: 1 as const, program: 'backup' as const, event: 'ended' as const, exitCode: 0 },
            ...{ database: 'shop', id, at, who: 'schedule', reason: 'schedule' },
          })),
        ]),
      },
    },
    objectives: { shop: { schedule, rpoHours: 25, rtoMinutes: 60, provenWithinHours: 27 } },
  };
}

const report = documentOf(judged(gathered(), PERIOD, NOW));

test('the example is what the program prints', () => {
  const current = `\`\`\`text\n${complianceText(report)}\n\`\`\``;
  const page = read(PAGE);
  const begin = page.indexOf(BEGIN) + BEGIN.length;
  if (process.env['WRITE_DOCS'] !== undefined)
    writeFileSync(
      path.join(ROOT, PAGE),
      page.slice(0, begin) + current + page.slice(page.indexOf(END.trimStart()) - 2),
    );
  expect(read(PAGE).slice(begin, read(PAGE).indexOf(END))).toBe(current);
});

test('each section says what it is based on', () => {
  const explained = tableRows(read(PAGE), 'What each fact is based on').map(([section]) => section);
  expect(explained).toEqual(report.sections.map(({ title }) => title));
});

test('each kind of exception is explained', () => {
  expect(tableRows(read(PAGE), 'Exceptions').map(([kind]) => kind)).toEqual([...EXCEPTION_KINDS]);
});

test('the facts that auditors ask for are sections of the report', () => {
  const titles = report.sections.map(({ title }) => title.split(',')[0]!);
  for (const [, , facts = ''] of tableRows(read(PAGE), 'What auditors ask'))
    for (const fact of facts
      .replace(/\(.*?\)/g, '')
      .split(';')[0]!
      .split(', '))
      expect(titles).toContain(fact.trim());
});
