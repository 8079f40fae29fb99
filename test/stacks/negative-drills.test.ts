/**
 * From a bad recovery point to the alarm that somebody hears, without a figure made up on the way: a real backup, a real
 * drill that fails, the real monitor's gauges, and the alarm as it is synthesized.
 */
import { parseAlarmName, type AlarmName } from '../../lib/contract/alarms';
import { EXIT_CODES } from '../../lib/contract/failure';
import type { Manifest } from '../../lib/contract/manifest';
import { FULL_GAUGES, LIGHT_GAUGES, type Gauge } from '../../lib/contract/metrics';
import type { DrillRequest } from '../../lib/operations/drill-request';
import { systemClock } from '../../lib/runtime/clock';
import { FileSigner } from '../../lib/runtime/file-signer';
import { defineSettings } from '../../lib/settings/settings';
import { composeStacks } from '../../lib/stacks/add-stacks';
import { transitionsOf, type AlarmProperties, type AlarmState } from '../support/alarm-evaluator';
import { drillBench, type DrillBench } from '../support/drill-bench';
import { makeBench, type Bench } from '../support/make-backup';
import { ModelBucket } from '../support/model-bucket';
import { monitorBench, monitorConfig } from '../support/monitor-bench';
import { shopDatabase } from '../support/small-database';
import { MINIMAL, newApp } from '../support/synthesize';

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

async function backedUpShop(): Promise<Shop & { readonly manifest: Manifest }> {
  const bucket = new ModelBucket(systemClock, 7);
  const bench = await makeBench(await shopDatabase(), bucket);
  const { manifest } = await bench.backup();
  return { bucket, bench, manifest, drills: await drillBench(bench) };
}

/** As they are after the next light pass. */
async function statesOf({ bucket, bench, drills }: Shop): Promise<Record<string, AlarmState | undefined>> {
  const evidenceSigner = await FileSigner.open(drills.evidenceKeyFile);
  const trusted = [await bench.signer.trustedPublicKeys(), await evidenceSigner.trustedPublicKeys()] as const;
  const at = new Date(Date.now() + MINUTE);
  const { published, error } = await monitorBench(monitorConfig(['shop']), bucket, bucket, ...trusted).pass(
    'light',
    at,
  );
  expect(error).toBeUndefined();
  const series = seriesOf(published['shop'] ?? {}, at);
  const seen = new Date(at.getTime() + MINUTE);
  const states = ALARMS.map((alarm) => {
    const name: string = parseAlarmName(alarm.AlarmName)!.name;
    return [name, transitionsOf(alarm, series, { from: seen, to: seen }).at(-1)?.state] as const;
  });
  return Object.fromEntries(states);
}

function seriesOf(gauges: Partial<Record<Gauge, number>>, at: Date) {
  const names: Readonly<Record<string, string>> = { ...LIGHT_GAUGES, ...FULL_GAUGES };
  return (metricName: string) =>
    Object.entries(gauges)
      .filter(([gauge]) => names[gauge] === metricName)
      .map(([, value]) => ({ at: at.getTime(), value }));
}

const GOOD = { DrillFailed: 'OK', DrillMissing: 'OK', StoredDataFaulty: 'OK' };

test('a point that is proven leaves every alarm silent', async () => {
  const shop = await backedUpShop();
  await shop.drills.drill();
  expect(await statesOf(shop)).toEqual(GOOD);
});

test.each<{
  readonly fault: string;
  readonly harm?: (bucket: ModelBucket, manifest: Manifest) => void;
  readonly request?: Partial<DrillRequest>;
  readonly exitCode: number;
  readonly isStoredFaulty: boolean;
}>([
  {
    fault: 'an object that is gone',
    harm: (bucket, { files }) => {
      bucket.destroy(files[0]!.key);
    },
    exitCode: EXIT_CODES['stored-data-faulty'],
    isStoredFaulty: true,
  },
  {
    fault: 'a point that is stale',
    request: { maxAgeHours: 1e-9 },
    exitCode: EXIT_CODES['restore-refused'],
    isStoredFaulty: false,
  },
  {
    fault: 'a check that does not hold',
    request: { checks: [{ name: 'customers', sql: 'select count(*) from customer', atLeast: 501 }] },
    exitCode: EXIT_CODES.differences,
    isStoredFaulty: false,
  },
])('$fault: the drill ends with $exitCode, and DrillFailed comes', async (drill) => {
  const shop = await backedUpShop();
  drill.harm?.(shop.bucket, shop.manifest);
  await expect(shop.drills.drill(drill.request)).rejects.toMatchObject({ exitCode: drill.exitCode });
  expect(await statesOf(shop)).toEqual({
    DrillFailed: 'ALARM',
    DrillMissing: 'ALARM',
    StoredDataFaulty: drill.isStoredFaulty ? 'ALARM' : 'OK',
  });
});

test('a later proof makes up for a drill that failed', async () => {
  const shop = await backedUpShop();
  await expect(shop.drills.drill({ minimumRows: 1_000_000 })).rejects.toMatchObject({ exitCode: 10 });
  await shop.drills.drill();
  expect(await statesOf(shop)).toEqual(GOOD);
});
