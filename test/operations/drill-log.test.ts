import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { drillLog } from '../../lib/operations/drill-log';
import type { Trust } from '../../lib/operations/read-manifest';
import { DirectoryStore } from '../../lib/runtime/directory-store';
import { noSigner } from '../../lib/runtime/public-key-signer';
import type { Signer } from '../../lib/runtime/signer';
import type { Evidence } from '../../lib/contract/evidence';
import { evidenceOf, putEvidence } from '../support/made-evidence';
import { manifestOf, putDump, putManifest } from '../support/made-point';
import { newSigner } from '../support/watched-shop';

const POINT = { startedAt: new Date('2026-11-20T02:00:00Z') };
const DRILL = new Date('2026-11-20T08:00:00Z');
const search = { since: new Date('2026-11-20T00:00:00Z') };

interface Bench {
  readonly store: DirectoryStore;
  readonly folder: string;
  readonly signer: Signer;
  readonly manifestKey: string;
  readonly trust: Trust;
  readonly drilled: (changes?: Partial<Evidence>, at?: Date, by?: Signer) => Promise<string>;
}

async function bench(): Promise<Bench> {
  const folder = mkdtempSync(path.join(tmpdir(), 'drills-'));
  const store = new DirectoryStore(folder);
  const [manifests, signer] = [await newSigner(), await newSigner()];
  const manifest = manifestOf(POINT, await putDump(store, POINT));
  const manifestKey = await putManifest(store, manifests, manifest);
  const bytes = await buffer(await store.get(manifestKey));
  return {
    ...{ store, folder, signer, manifestKey },
    trust: { keys: await signer.trustedPublicKeys(), allowUnsigned: false },
    drilled: (changes, at = DRILL, by = signer) =>
      putEvidence(store, by, evidenceOf(manifest, bytes, at, changes)),
  };
}

test('a proof tells when, of which point, how old that was and how long its restore took', async () => {
  const { store, trust, drilled, manifestKey } = await bench();
  const key = await drilled({ restoreSeconds: 90 });
  const point = path.basename(manifestKey, '.json');
  expect(await drillLog(store, trust, search)).toMatchObject([
    {
      ...{ key, database: 'shop', point, at: '2026-11-20T08:00:00.000Z', standing: 'proven', fault: null },
      ...{ pointAgeSeconds: 6 * 3600, evidence: { restoreSeconds: 90 } },
    },
  ]);
});

test('the newest drill comes first, and those before the time that was asked for are left out', async () => {
  const { store, trust, drilled } = await bench();
  for (const hour of ['06', '09', '07']) await drilled({}, new Date(`2026-11-20T${hour}:00:00Z`));
  const log = await drillLog(store, trust, { since: new Date('2026-11-20T06:30:00Z'), database: 'shop' });
  expect(log.map(({ at }) => at.slice(11, 13))).toEqual(['09', '07']);
  expect(await drillLog(store, trust, { ...search, database: 'orders' })).toEqual([]);
});

test('a drill that failed says why, and is no proof', async () => {
  const { store, trust, drilled } = await bench();
  await drilled({ outcome: 'failed', exitCode: 10, failure: '2 rows differ' });
  expect(await drillLog(store, trust, search)).toMatchObject([
    { standing: 'failed', fault: '2 rows differ' },
  ]);
});

test('evidence that another key signed proves nothing, and no word of it is told', async () => {
  const { store, trust, drilled } = await bench();
  await drilled({}, DRILL, await newSigner());
  const log = await drillLog(store, trust, search);
  expect(log).toMatchObject([{ standing: 'not believed', evidence: null, pointAgeSeconds: null }]);
  expect(log[0]?.fault).toMatch(/sign/);
});

test('unsigned evidence is not believed; where that is allowed it is listed, and still no proof', async () => {
  const { store, trust, drilled } = await bench();
  await drilled({}, DRILL, noSigner);
  expect(await drillLog(store, trust, search)).toMatchObject([{ standing: 'not believed' }]);
  const lenient = { ...trust, allowUnsigned: true };
  expect(await drillLog(store, lenient, search)).toMatchObject([
    { standing: 'unsigned', evidence: { outcome: 'proven' } },
  ]);
});

test('a true proof of another manifest than the one that is there proves nothing', async () => {
  const { store, trust, drilled, folder, manifestKey } = await bench();
  await drilled();
  writeFileSync(path.join(folder, manifestKey), 'another');
  expect(await drillLog(store, trust, search)).toMatchObject([
    { standing: 'other manifest', fault: expect.stringContaining(manifestKey) },
  ]);
});
