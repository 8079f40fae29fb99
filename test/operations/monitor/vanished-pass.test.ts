/** Rows that vanish from a database show in its next recovery points: which points are compared, and what is told. */
import { readFileSync } from 'node:fs';
import { manifestKey } from '../../../lib/contract/object-keys';
import { comparedPoints, vanishedPass, type SeenPoint } from '../../../lib/operations/monitor/vanished-pass';
import { counted, type CountedTables } from '../../support/counted-tables';
import { makeBench } from '../../support/make-backup';
import { ModelBucket } from '../../support/model-bucket';
import { monitorBench, monitorConfig } from '../../support/monitor-bench';
import { query } from '../../support/postgres-cluster';
import { freshDatabase } from '../../support/shared-servers';
import { WatchedShop } from '../../support/watched-shop';

const NOW = new Date('2026-11-20T12:00:00Z');
const HOUR = 3_600_000;

/** Made that many hours ago. */
function seen(hours: number, changes: Partial<SeenPoint> = {}): SeenPoint {
  const snapshotAt = new Date(NOW.getTime() - hours * HOUR).toISOString();
  return { id: snapshotAt, snapshotAt, state: 'valid', counted: true, ...changes };
}

describe('compared are', () => {
  const hourly = Array.from({ length: 60 }, (_, hours) => seen(hours));
  const agesOf = (points: readonly SeenPoint[]) =>
    comparedPoints(points, NOW).map(({ id }) => (NOW.getTime() - Date.parse(id)) / HOUR);

  test.each([
    ['the newest, the one before, and the newest that is a day older', hourly, [0, 1, 24]],
    ['two where the one before is a day older', [seen(1), seen(25), seen(49)], [1, 25]],
    ['three where it is some minutes younger than that', [seen(1), seen(24.9), seen(49)], [1, 24.9, 49]],
    ['two where nothing is a day older', hourly.slice(0, 20), [0, 1]],
    ['one where there is no other', [seen(3)], [3]],
    ['none where there is none', [], []],
    ['none from the future', [seen(-1), seen(2), seen(3)], [2, 3]],
    [
      'none without an inventory',
      [seen(1, { counted: false }), seen(2), seen(3, { counted: false }), seen(4)],
      [2, 4],
    ],
    ['expired ones, too: they still tell what they held', [seen(1), seen(2, { state: 'expired' })], [1, 2]],
    ['but no expired one as the newest', [seen(1, { state: 'expired' }), seen(2), seen(3)], [2, 3]],
    ['none where all have expired', [seen(1, { state: 'expired' }), seen(2, { state: 'expired' })], []],
  ])('%s', (_, points, ages) => {
    expect(agesOf(points)).toEqual(ages.map((age) => expect.closeTo(age, 6) as number));
  });
});

describe('manifests', () => {
  const rules = { share: 0.5, minimumRows: 1000, tables: [] };
  const passOver = async (points: readonly SeenPoint[], rowsOf: (point: SeenPoint) => number | undefined) => {
    const read: string[] = [];
    const told: string[] = [];
    const gauges = await vanishedPass(
      'shop',
      points,
      rules,
      {
        read: (point) => {
          read.push(point.id);
          const rows = rowsOf(point);
          return Promise.resolve(rows === undefined ? undefined : counted({ 'public.orders': rows }));
        },
        reporter: { warn: (text) => told.push(text) },
      },
      NOW,
    );
    return { read, told, gauges };
  };
  const [newest, previous, yesterday] = [seen(0), seen(1), seen(24)];
  const all = [newest, previous, seen(2), yesterday, seen(25)];

  test('at most three are read', async () => {
    const { read, gauges } = await passOver(all, () => 5000);
    expect(read).toEqual([newest.id, previous.id, yesterday.id]);
    expect(gauges).toEqual({ vanishedTables: 0 });
  });

  test('none is read where there is nothing to compare with', async () => {
    expect(await passOver([newest], () => 5000)).toMatchObject({ read: [], gauges: { vanishedTables: 0 } });
  });

  test('one that cannot be believed is passed over, and the other one compared', async () => {
    const rows = (point: SeenPoint) => (point === previous ? undefined : point === newest ? 10 : 5000);
    const { told, gauges } = await passOver(all, rows);
    expect(gauges).toEqual({ vanishedTables: 1 });
    expect(told).toEqual([`shop: table public.orders has 10 rows, had 5000 in ${yesterday.id}`]);
  });

  test('where the newest cannot be believed nothing is claimed, and no other is read', async () => {
    const { read, gauges } = await passOver(all, (point) => (point === newest ? undefined : 5000));
    expect([read, gauges]).toEqual([[newest.id], { vanishedTables: 0 }]);
  });

  test('a table that lost against both counts once, since the newer one', async () => {
    const { told, gauges } = await passOver(all, (point) => (point === newest ? 10 : 5000));
    expect(gauges).toEqual({ vanishedTables: 1 });
    expect(told).toEqual([`shop: table public.orders has 10 rows, had 5000 in ${previous.id}`]);
  });
});

describe('in the monitor', () => {
  let shop: WatchedShop;

  beforeEach(async () => {
    shop = await WatchedShop.make();
  });

  const backUp = (time: string, tables: CountedTables) => shop.at(time).backUp({}, counted(tables));
  const vanishedAt = async (time: string) => (await shop.at(time).look('full')).vanishedTables;

  test('what drains slowly is seen against the point of a day ago, and for as long as that lasts', async () => {
    for (let hour = 0; hour <= 26; hour++) {
      const day = hour < 24 ? '20' : '21';
      const rows = hour === 0 ? 10_000 : Math.max(5000, 10_000 - 300 * hour);
      await backUp(`2026-11-${day}T${String(hour % 24).padStart(2, '0')}:00:00Z`, { 'public.orders': rows });
    }
    expect(await vanishedAt('2026-11-21T02:30:00Z')).toBe(0);
    await backUp('2026-11-21T03:00:00Z', { 'public.orders': 4500 });
    expect(await vanishedAt('2026-11-21T03:30:00Z')).toBe(1);
    expect(shop.monitor.told.join('\n')).toMatch(
      /^shop: table public\.orders has 4500 rows, had 9100 in 20261120T030000Z-/m,
    );
  });

  test('manifests that somebody forged or wrote over are passed over for the one before them', async () => {
    await backUp('2026-11-20T02:00:00Z', { 'public.orders': 5000 });
    const { key } = await backUp('2026-11-20T03:00:00Z', { 'public.orders': 10 });
    shop.bucket.overwrite(key, Buffer.from('{}'));
    await shop.bucket.put(manifestKey('shop', '20261120T033000Z-ffffff'), Buffer.from('{}'));
    await backUp('2026-11-20T04:00:00Z', { 'public.orders': 10 });
    expect(await vanishedAt('2026-11-20T04:30:00Z')).toBe(1);
    expect(shop.monitor.told.join('\n')).toMatch(/ has 10 rows, had 5000 in 20261120T020000Z-/);
  });

  test('a point without inventory claims nothing, and the ones around it are compared', async () => {
    await backUp('2026-11-20T02:00:00Z', { 'public.orders': 5000 });
    await shop.at('2026-11-20T03:00:00Z').backUp();
    expect(await vanishedAt('2026-11-20T03:30:00Z')).toBe(0);
    await backUp('2026-11-20T04:00:00Z', { 'public.orders': 100 });
    expect(await vanishedAt('2026-11-20T04:30:00Z')).toBe(1);
  });

  test('tables that the settings name may lose their rows', async () => {
    const vanishing = { share: 0.5, minimumRows: 1000, tables: ['public.session'] };
    shop = await WatchedShop.make({ vanishing });
    await backUp('2026-11-20T02:00:00Z', { 'public.session': 5000 });
    await backUp('2026-11-20T03:00:00Z', { 'public.session': 0 });
    expect(await vanishedAt('2026-11-20T03:30:00Z')).toBe(0);
  });
});

test('of real backups: what was deleted, truncated and dropped is told; a dropped partition, a renamed and an unlogged table are not', async () => {
  const url = await freshDatabase();
  await query(
    url,
    `CREATE SCHEMA "Old Stock";
     CREATE TABLE customer (id int, name text);
     CREATE TABLE "Old Stock"."Item ""A""" (id int);
     CREATE TABLE invoice (id int, total numeric);
     CREATE TABLE draft (id int, "the text" text);
     CREATE UNLOGGED TABLE cache (id int);
     CREATE TABLE events (at date, what text) PARTITION BY RANGE (at);
     CREATE TABLE "Old Stock"."e,1" PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
     CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
     CREATE TABLE events_3 PARTITION OF events FOR VALUES FROM ('2026-03-01') TO ('2026-04-01');
     INSERT INTO customer SELECT i, 'x' FROM generate_series(1, 3000) i;
     INSERT INTO "Old Stock"."Item ""A""" SELECT generate_series(1, 2000);
     INSERT INTO invoice SELECT i, i FROM generate_series(1, 2500) i;
     INSERT INTO draft SELECT i, 'x' FROM generate_series(1, 2500) i;
     INSERT INTO cache SELECT generate_series(1, 2500);
     INSERT INTO events SELECT date '2026-01-01' + i % 90, 'x' FROM generate_series(1, 9000) i`,
  );
  const store = new ModelBucket({ now: () => new Date() }, 40);
  const bench = await makeBench(url, store);
  const { manifest } = await bench.backup();
  await query(
    url,
    `DELETE FROM customer WHERE id > 1400; TRUNCATE "Old Stock"."Item ""A"""; DROP TABLE invoice; TRUNCATE cache;
     DROP TABLE "Old Stock"."e,1"; ALTER TABLE draft RENAME TO letter; ALTER TABLE letter SET SCHEMA "Old Stock"`,
  );
  const newest = await bench.backup();
  const monitor = monitorBench(monitorConfig(['shop']), store, store, [
    readFileSync(bench.publicKeyFile, 'utf8'),
  ]);
  const at = new Date(Date.parse(newest.manifest.snapshotAt) + 10 * 60_000);
  const { published } = await monitor.pass('full', at);
  expect(published['shop']).toMatchObject({ vanishedTables: 3 });
  expect(monitor.told).toEqual([
    `shop: table public.invoice has 0 rows, had 2500 in ${manifest.id}`,
    `shop: table "Old Stock"."Item ""A""" has 0 rows, had 2000 in ${manifest.id}`,
    `shop: table public.customer has 1400 rows, had 3000 in ${manifest.id}`,
  ]);
});
