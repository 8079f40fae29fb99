/** Real drills of real recovery points, good ones and such as must fail, and what the monitor tells of them. */
import { readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { EXIT_CODES } from '../../../lib/contract/failure';
import type { Manifest } from '../../../lib/contract/manifest';
import type { DrillRequest } from '../../../lib/operations/drill-request';
import { systemClock } from '../../../lib/runtime/clock';
import { drillBench, type DrillBench } from '../../support/drill-bench';
import { makeBench, type Bench } from '../../support/make-backup';
import { ModelBucket } from '../../support/model-bucket';
import { monitorBench, monitorConfig, type MonitorBench } from '../../support/monitor-bench';
import { shopDatabase } from '../../support/small-database';
import { edited, signedBy } from '../../support/tampering';
import { newSigner } from '../../support/watched-shop';

const bucket = new ModelBucket(systemClock, 40);
let bench: Bench;
let drills: DrillBench;
let monitor: MonitorBench;

beforeAll(async () => {
  bench = await makeBench(await shopDatabase(), bucket);
  drills = await drillBench(bench);
  const trusted = await bench.signer.trustedPublicKeys();
  const evidence = [readFileSync(drills.evidencePublicKeyFile, 'utf8')];
  monitor = monitorBench(monitorConfig(['shop']), bucket, bucket, trusted, evidence);
});

async function gauges() {
  // The light pass of a new minute reads what the full pass has found.
  const full = await monitor.pass('full', new Date());
  const light = await monitor.pass('light', new Date());
  expect([full.error, light.error]).toEqual([undefined, undefined]);
  return { ...full.published['shop'], ...light.published['shop'] };
}

test('a good drill proves the point', async () => {
  await bench.backup();
  expect(await gauges()).toMatchObject({ provenPointAge: 100_000, failedDrills: 0, drillRestoreSeconds: 0 });
  const { evidence } = await drills.drill();
  const told = await gauges();
  expect(told).toMatchObject({ failedDrills: 0, storedFaults: 0 });
  expect(told.provenPointAge).toBeLessThan(1);
  expect(told.drillRestoreSeconds).toBe(evidence.restoreSeconds);
  expect(evidence.restoreSeconds).toBeGreaterThan(0);
});

/** A point as it is stored: its manifest, and one of its objects. */
interface Stored {
  readonly manifest: Manifest;
  readonly manifestKey: string;
  readonly dumpKey: string;
  readonly dumpBytes: number;
}

interface Trouble {
  readonly happens?: (stored: Stored) => Promise<void> | void;
  readonly request?: Partial<DrillRequest>;
  readonly exitCode: number;
  readonly tells?: Record<string, number>;
}

describe.each<[string, Trouble]>([
  [
    'corrupted',
    {
      happens: ({ dumpKey, dumpBytes }) => {
        bucket.overwrite(dumpKey, Buffer.alloc(dumpBytes));
      },
      exitCode: EXIT_CODES['stored-data-faulty'],
      tells: { storedFaults: 1 },
    },
  ],
  [
    'truncated',
    {
      happens: ({ dumpKey }) => {
        bucket.overwrite(dumpKey, Buffer.alloc(1));
      },
      exitCode: EXIT_CODES['stored-data-faulty'],
      tells: { storedFaults: 2 },
    },
  ],
  [
    'robbed of an object',
    {
      happens: ({ dumpKey }) => {
        bucket.destroy(dumpKey);
      },
      exitCode: EXIT_CODES['stored-data-faulty'],
      tells: { storedFaults: 1 },
    },
  ],
  [
    'tampered with',
    {
      happens: async ({ manifestKey }) => {
        const manifest = await buffer(await bucket.get(manifestKey));
        bucket.overwrite(manifestKey, edited(manifest, { requestedBy: 'nobody' }));
      },
      exitCode: EXIT_CODES['stored-data-faulty'],
      tells: { faultyManifests: 1 },
    },
  ],
  [
    'forged',
    {
      happens: async ({ manifest, manifestKey }) => {
        bucket.overwrite(manifestKey, await signedBy(await newSigner(), manifest));
      },
      exitCode: EXIT_CODES['stored-data-faulty'],
      tells: { faultyManifests: 1 },
    },
  ],
  ['stale', { request: { maxAgeHours: 0 }, exitCode: EXIT_CODES['restore-refused'] }],
  ['short of rows', { request: { minimumRows: 1_000_000 }, exitCode: EXIT_CODES.differences }],
  [
    'not what a query of the settings asks for',
    {
      request: { checks: [{ name: 'never', sql: 'select false' }] },
      exitCode: EXIT_CODES.differences,
    },
  ],
])('a point that is %s', (_, { happens, request, exitCode, tells = { storedFaults: 0 } }) => {
  test(`fails its drill with ${exitCode}, which counts`, async () => {
    const before = (await gauges()).failedDrills ?? NaN;
    const { manifest, manifestKey } = await bench.backup();
    const dump = manifest.files.find(({ key, bytes }) => key.endsWith('.gz') || bytes > 1000)!;
    await happens?.({ manifest, manifestKey, dumpKey: dump.key, dumpBytes: dump.bytes });
    await expect(drills.drill(request)).rejects.toMatchObject({ exitCode });
    expect(await gauges()).toMatchObject({ failedDrills: before + 1, ...tells });
    if (tells['faultyManifests'] !== undefined) bucket.destroy(manifestKey);
  });
});

test('all of them count until a newer point is proven', async () => {
  await bench.backup();
  expect((await gauges()).failedDrills).toBeGreaterThan(6);
  await drills.drill();
  expect(await gauges()).toMatchObject({ failedDrills: 0, storedFaults: 0 });
});

test('proof of the newest point that a stranger signed proves nothing', async () => {
  await bench.backup();
  const before = (await gauges()).provenPointAge;
  await drills.drill({}, { evidenceSigner: await newSigner() });
  const after = (await gauges()).provenPointAge;
  expect(after).toBeGreaterThanOrEqual(before ?? Infinity);
});
