/**
 * From a bad recovery point to the alarm that somebody hears, without a figure made up on the way: a real backup, a real
 * drill that fails, the real monitor's gauges, and the alarm as it is synthesized.
 */
import { buffer } from 'node:stream/consumers';
import { parseAlarmName, type AlarmName } from '../../lib/contract/alarms';
import { EXIT_CODES } from '../../lib/contract/failure';
import type { Manifest } from '../../lib/contract/manifest';
import { FULL_GAUGES, LIGHT_GAUGES, type Gauge } from '../../lib/contract/metrics';
import type { DrillRequest } from '../../lib/operations/drill-request';
import { systemClock } from '../../lib/runtime/clock';
import { FileSigner } from '../../lib/runtime/file-signer';
import { defineSettings } from '../../lib/settings/settings';
import { composeStacks } from '../../lib/stacks/add-stacks';
import {
  transitionsOf,
  type AlarmProperties,
  type AlarmState,
  type SeriesOf,
} from '../support/alarm-evaluator';
import { drillBench, type DrillBench } from '../support/drill-bench';
import { makeBench, type Bench } from '../support/make-backup';
import { ModelBucket } from '../support/model-bucket';
import { monitorBench, monitorConfig } from '../support/monitor-bench';
import { freshDatabase } from '../support/shared-servers';
import { shopDatabase } from '../support/small-database';
import { MINIMAL, newApp } from '../support/synthesize';
import { edited, signedBy } from '../support/tampering';
import { newSigner } from '../support/watched-shop';

const MINUTE = 60_000;
const DRILL_ALARMS: readonly AlarmName[] = ['DrillFailed', 'DrillMissing', 'StoredDataFaulty'];

const ALARMS = (() => {
  const app = newApp();
  composeStacks(app, defineSettings({ ...MINIMAL, notifications: { emails: ['oncall@example.com'] } }));
  const stack = app.synth().stacks.find(({ stackName }) => stackName === 'test-databases-1')!;
  const { Resources } = stack.template as { readonly Resources: Record<string, { Properties: unknown }> };
  return Object.values(Resources)
    .map(({ Properties }) => Properties as Partial<AlarmProperties>)
    .filter(({ AlarmName = '' }) =>
      DRILL_ALARMS.some((name) => parseAlarmName(AlarmName)?.name === name),
    ) as AlarmProperties[];
})();

interface Shop {
  readonly bucket: ModelBucket;
  readonly bench: Bench;
  readonly drills: DrillBench;
}

interface Stored {
  readonly manifest: Manifest;
  readonly manifestKey: string;
}

async function backedUp(source: () => Promise<string> = shopDatabase): Promise<Shop & Stored> {
  const bucket = new ModelBucket(systemClock, 7);
  const bench = await makeBench(await source(), bucket);
  const { manifest, manifestKey } = await bench.backup();
  return { bucket, bench, manifest, manifestKey, drills: await drillBench(bench) };
}

/** What the next full pass and the light one after it publish, and what the alarms make of it. */
async function told({ bucket, bench, drills }: Shop) {
  const evidenceSigner = await FileSigner.open(drills.evidenceKeyFile);
  const trusted = [await bench.signer.trustedPublicKeys(), await evidenceSigner.trustedPublicKeys()] as const;
  const monitor = monitorBench(monitorConfig(['shop']), bucket, bucket, ...trusted);
  const begin = Date.now();
  const passes: Published[] = [];
  for (const [index, pass] of (['full', 'light'] as const).entries()) {
    const at = new Date(begin + (index + 1) * MINUTE);
    const { published, error } = await monitor.pass(pass, at);
    expect(error).toBeUndefined();
    passes.push({ at: at.getTime(), gauges: published['shop'] ?? {} });
  }
  const seen = new Date(begin + 3 * MINUTE);
  const states = ALARMS.map((alarm): [string, AlarmState | undefined] => {
    const { name } = parseAlarmName(alarm.AlarmName)!;
    return [name, transitionsOf(alarm, seriesOf(passes), { from: seen, to: seen }).at(-1)?.state];
  });
  const { failedDrills, storedFaults, faultyManifests } = Object.assign(
    {},
    ...passes.map(({ gauges }) => gauges),
  ) as Gauges;
  return { gauges: { failedDrills, storedFaults, faultyManifests }, states: Object.fromEntries(states) };
}

type Gauges = Partial<Record<Gauge, number>>;

interface Published {
  readonly at: number;
  readonly gauges: Gauges;
}

function seriesOf(passes: readonly Published[]): SeriesOf {
  const names: Readonly<Record<string, string>> = { ...LIGHT_GAUGES, ...FULL_GAUGES };
  return (metricName) =>
    passes.flatMap(({ at, gauges }) =>
      Object.entries(gauges)
        .filter(([gauge]) => names[gauge] === metricName)
        .map(([, value]) => ({ at, value })),
    );
}

const ALL_WELL = {
  gauges: { failedDrills: 0, storedFaults: 0, faultyManifests: 0 },
  states: { DrillFailed: 'OK', DrillMissing: 'OK', StoredDataFaulty: 'OK' },
};

test('a point that is proven leaves every alarm silent', async () => {
  const shop = await backedUp();
  await shop.drills.drill();
  expect(await told(shop)).toEqual(ALL_WELL);
});

interface NegativeDrill {
  readonly point: string;
  /** @default - the shop */
  readonly source?: () => Promise<string>;
  readonly harm?: (bucket: ModelBucket, stored: Stored) => Promise<void> | void;
  readonly request?: Partial<DrillRequest>;
  readonly exitCode: number;
  readonly storedFaults: number;
  readonly faultyManifests: number;
  /** Of StoredDataFaulty; of a point that is not proven the other two come always. */
  readonly stored: AlarmState;
}

/** The largest object: rows of a table. */
const rowsOf = ({ files }: Manifest) => files.toSorted((a, b) => b.bytes - a.bytes)[0]!.key;

async function overwriteRows(bucket: ModelBucket, { manifest }: Stored, change: (stored: Buffer) => Buffer) {
  const key = rowsOf(manifest);
  bucket.overwrite(key, change(await buffer(await bucket.get(key))));
}

function withFlippedBit(stored: Buffer): Buffer {
  const middle = stored.byteLength >> 1;
  const flipped = Buffer.from(stored);
  flipped.writeUInt8(stored.readUInt8(middle) ^ 1, middle);
  return flipped;
}

const { 'stored-data-faulty': FAULTY, 'restore-refused': REFUSED, differences: DIFFERENCES } = EXIT_CODES;

const NEGATIVE_DRILLS: readonly NegativeDrill[] = [
  {
    point: 'corrupted: one bit of its rows is another',
    harm: (bucket, stored) => overwriteRows(bucket, stored, withFlippedBit),
    ...{ exitCode: FAULTY, storedFaults: 1, faultyManifests: 0, stored: 'ALARM' },
  },
  {
    // Written over, and of another size.
    point: 'truncated: its rows lack their last byte',
    harm: (bucket, stored) => overwriteRows(bucket, stored, (bytes) => bytes.subarray(0, -1)),
    ...{ exitCode: FAULTY, storedFaults: 2, faultyManifests: 0, stored: 'ALARM' },
  },
  {
    point: 'robbed of its rows',
    harm: (bucket, { manifest }) => {
      bucket.destroy(rowsOf(manifest));
    },
    ...{ exitCode: FAULTY, storedFaults: 1, faultyManifests: 0, stored: 'ALARM' },
  },
  {
    point: 'tampered with: its manifest was edited',
    harm: async (bucket, { manifestKey }) => {
      const manifest = await buffer(await bucket.get(manifestKey));
      bucket.overwrite(manifestKey, edited(manifest, { requestedBy: 'nobody' }));
    },
    ...{ exitCode: FAULTY, storedFaults: 0, faultyManifests: 1, stored: 'ALARM' },
  },
  {
    point: 'forged: a stranger signed its manifest',
    harm: async (bucket, { manifest, manifestKey }) => {
      bucket.overwrite(manifestKey, await signedBy(await newSigner(), manifest));
    },
    ...{ exitCode: FAULTY, storedFaults: 0, faultyManifests: 1, stored: 'ALARM' },
  },
  {
    point: 'empty: so was its database',
    source: freshDatabase,
    ...{ exitCode: DIFFERENCES, storedFaults: 0, faultyManifests: 0, stored: 'OK' },
  },
  {
    point: 'stale',
    request: { maxAgeHours: 1e-9 },
    ...{ exitCode: REFUSED, storedFaults: 0, faultyManifests: 0, stored: 'OK' },
  },
  {
    point: 'not what a check asks for',
    request: { checks: [{ name: 'customers', sql: 'select count(*) from customer', atLeast: 501 }] },
    ...{ exitCode: DIFFERENCES, storedFaults: 0, faultyManifests: 0, stored: 'OK' },
  },
];

test.each(NEGATIVE_DRILLS)(
  'a point that is $point: exit code $exitCode, storedFaults $storedFaults, faultyManifests $faultyManifests, DrillFailed',
  async ({ source, harm, request, exitCode, storedFaults, faultyManifests, stored }) => {
    const shop = await backedUp(source);
    await harm?.(shop.bucket, shop);
    await expect(shop.drills.drill(request)).rejects.toMatchObject({ exitCode });
    expect(await told(shop)).toEqual({
      gauges: { failedDrills: 1, storedFaults, faultyManifests },
      states: { DrillFailed: 'ALARM', DrillMissing: 'ALARM', StoredDataFaulty: stored },
    });
  },
);

test('a later proof makes up for a drill that failed', async () => {
  const shop = await backedUp();
  await expect(shop.drills.drill({ minimumRows: 1_000_000 })).rejects.toMatchObject({ exitCode: 10 });
  await shop.drills.drill();
  expect(await told(shop)).toEqual(ALL_WELL);
});
