/** Evidence stays small, tells what fails first, and holds no secret. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DRILL_PHASES, evidenceSchema } from '../../lib/contract/evidence';
import { Failure } from '../../lib/contract/failure';
import { AuditTrail } from '../../lib/operations/audit-trail';
import { evidenceOf, storeEvidence } from '../../lib/operations/drill-evidence';
import { DrillFindings } from '../../lib/operations/drill-findings';
import type { DrillRun } from '../../lib/operations/drill-run';
import { PhaseTimer } from '../../lib/operations/phase-timer';
import { manifestKey } from '../../lib/contract/object-keys';
import { systemClock } from '../../lib/runtime/clock';
import { DirectoryStore } from '../../lib/runtime/directory-store';
import { createKeyFile, FileSigner } from '../../lib/runtime/file-signer';
import { noSigner } from '../../lib/runtime/public-key-signer';
import { silentReporter } from '../../lib/runtime/reporter';
import { StoreKeyExists, type Store } from '../../lib/runtime/store';
import { changedStore } from '../support/changed-store';
import { manifestOf } from '../support/made-point';

const startedAt = new Date('2026-11-20T02:00:00Z');
const file = { key: 'points/daily/postgres/shop/x', bytes: 1, sha256: '0'.repeat(64), crc32: '0'.repeat(8) };

function run(): DrillRun {
  const manifest = manifestOf({ startedAt }, [file]);
  const id = '20261120T030000Z-0a1b2c';
  const store = new DirectoryStore('/nowhere');
  const told = { store, clock: systemClock, reporter: silentReporter };
  const servers = { kind: 'throw-away' as const, with: () => Promise.reject(new Error('none')) };
  const trust = { keys: [], allowUnsigned: true };
  return {
    ...{ id, startedAt, timer: new PhaseTimer(DRILL_PHASES, systemClock) },
    request: {
      ...{ point: 'newest', jobs: 1, checks: [], alsoFailsOn: [], minimumRows: 1, reason: 'test' },
      ...{ requestedBy: 'tester', imageDigest: null, scratchRoot: '/tmp' },
    },
    tools: {
      ...{ ...told, trust, evidenceSigner: noSigner, servers, signal: new AbortController().signal },
      randomBytes: () => Buffer.from([1, 2]),
    },
    point: {
      ...{ manifest, key: manifestKey('shop', manifest.id), expired: false, passedOver: [] },
      manifestSha256: '0'.repeat(64),
    },
    trail: new AuditTrail(
      { program: 'drill', database: 'shop', id, who: 'tester', reason: 'test', slot: undefined },
      told,
    ),
  };
}

test('of many differences the first hundred are listed, those that fail the drill before the others', () => {
  const findings = new DrillFindings();
  for (let i = 0; i < 150; i++)
    findings.differences.push({ class: 'environment', subject: `collation ${i}`, text: 'differs' });
  findings.differences.push({ class: 'data', subject: 'table public.invoice', text: 'has 1 rows, had 2' });
  const evidence = evidenceOf(run(), findings, new Failure('differences', 'It differs.'));
  expect(evidence).toMatchObject({ differenceCount: 151, outcome: 'failed', exitCode: 10 });
  expect(evidence.differences).toHaveLength(100);
  expect(evidence.differences[0]).toMatchObject({ subject: 'table public.invoice' });
  expect(evidenceSchema.parse(evidence)).toEqual(evidence);
});

test('a failure is told with what to do, a defect by its kind alone', () => {
  const failure = new Failure('restore-failed', 'The dump could not be loaded.', {
    hint: 'Mend the source.',
  });
  expect(evidenceOf(run(), new DrillFindings(), failure).failure).toBe(
    'The dump could not be loaded.\n  What to do: Mend the source.',
  );
  const defect = evidenceOf(run(), new DrillFindings(), new TypeError('cannot read hunter2'));
  expect(defect).toMatchObject({ exitCode: 1, failure: expect.stringContaining('TypeError') as string });
  expect(JSON.stringify(defect)).not.toContain('hunter2');
});

describe('stored by a role that may not read it', () => {
  const home = mkdtempSync(path.join(tmpdir(), 'evidence-'));
  const stored = new DirectoryStore(path.join(home, 'store'));
  const get = () => Promise.reject(new Failure('store-failed', 'get failed: AccessDenied'));

  async function store(put: Store['put']) {
    const keyFile = path.join(home, `${Math.random()}.pem`);
    await createKeyFile(keyFile);
    const { tools, ...rest } = run();
    const evidenceSigner = await FileSigner.open(keyFile);
    const drill = { ...rest, tools: { ...tools, evidenceSigner, store: changedStore(stored, { get, put }) } };
    return storeEvidence(drill, evidenceOf(drill, new DrillFindings(), undefined));
  }

  test('a proof stays one though the answer got lost and what was sent again met its first copy', async () => {
    const { evidence, evidenceKey } = await store(async (key, body, options) => {
      await stored.put(key, body, options);
      throw new StoreKeyExists(key, stored.url);
    });
    expect(evidence.outcome).toBe('proven');
    expect(await stored.head(evidenceKey)).toBeDefined();
  });

  test('one that the store refuses is a failure', async () => {
    const refusal = new Failure('store-failed', 'put failed: AccessDenied');
    await expect(store(() => Promise.reject(refusal))).rejects.toBe(refusal);
  });
});
