/** What tells that the keeper is dead, or that somebody undoes its work: objects that it should have locked or held. */
import { WatchedShop } from '../../support/watched-shop';

let shop: WatchedShop;

beforeEach(async () => {
  shop = await WatchedShop.make();
});

/** Four objects and the manifest; with the evidence, what makes a proof. */
const POINT = 5;
const PROOF = POINT + 1;

const unkeptAt = async (time: string) => (await shop.at(time).look('full')).unkeptObjects;

describe('the newest point', () => {
  test('has an hour to be locked to its end', async () => {
    await shop.at('2026-11-20T02:00:00Z').backUp();
    expect(await unkeptAt('2026-11-20T02:59:00Z')).toBe(0);
    expect(await unkeptAt('2026-11-20T03:00:00Z')).toBe(POINT);
  });

  test('is kept once it is locked to its end', async () => {
    await shop.lock(await shop.at('2026-11-20T02:00:00Z').backUp());
    expect(await unkeptAt('2026-11-20T03:00:00Z')).toBe(0);
    expect(shop.monitor.told).toEqual([]);
  });

  test('is not kept while one of its objects is locked for less', async () => {
    const point = await shop.at('2026-11-20T02:00:00Z').backUp();
    await shop.lock({ ...point, manifest: { ...point.manifest, files: point.manifest.files.slice(1) } });
    expect(await unkeptAt('2026-11-20T03:00:00Z')).toBe(1);
    expect(shop.monitor.told).toEqual([
      `shop: ${point.manifest.files[0]!.key} is not locked to its end: does the keeper run?`,
    ]);
  });

  test('where backups come every half hour, the newest that has had its hour counts', async () => {
    for (const time of ['02:00', '02:30', '03:00', '03:30']) await shop.at(`2026-11-20T${time}:00Z`).backUp();
    expect(await unkeptAt('2026-11-20T03:40:00Z')).toBe(POINT);
    expect(shop.monitor.told[0]).toContain('20261120T023000Z');
  });

  test('whose time is over needs no lock any more', async () => {
    await shop.at('2026-11-20T02:00:00Z').backUp({ days: 10 });
    expect(await unkeptAt('2026-11-30T01:59:00Z')).toBe(POINT);
    expect(await unkeptAt('2026-11-30T02:00:00Z')).toBe(0);
  });

  test('where there is none, nothing is amiss', async () => {
    expect(await unkeptAt('2026-11-20T02:00:00Z')).toBe(0);
  });
});

describe('the newest proven point', () => {
  const proven = async (time: string) => {
    const point = await shop.at(time).backUp();
    await shop.lock(point);
    return { point, evidence: await shop.prove(point) };
  };

  test('has an hour to be held, evidence and manifest with it', async () => {
    await proven('2026-11-20T02:00:00Z');
    expect(await unkeptAt('2026-11-20T02:59:00Z')).toBe(0);
    expect(await unkeptAt('2026-11-20T03:00:00Z')).toBe(PROOF);
    expect(shop.monitor.told[0]).toMatch(/ is of the newest proven point and is not on hold$/);
  });

  test('is kept once all of it is on hold, and not when a hold is taken from it', async () => {
    const { point, evidence } = await proven('2026-11-20T02:00:00Z');
    await shop.hold(point, evidence);
    expect(await unkeptAt('2026-11-20T03:00:00Z')).toBe(0);
    await shop.hold({ ...point, manifest: { ...point.manifest, files: [] } }, evidence, false);
    expect(await unkeptAt('2026-11-20T04:00:00Z')).toBe(2);
  });

  test('is not kept when one of its objects is gone, though the others are held', async () => {
    const { point, evidence } = await proven('2026-11-20T02:00:00Z');
    await shop.hold(point, evidence);
    shop.bucket.destroy(point.manifest.files[0]!.key);
    expect(await unkeptAt('2026-11-20T03:00:00Z')).toBe(1);
  });

  test('stays held while nothing newer is proven, past its expiry too', async () => {
    const { point, evidence } = await proven('2026-11-20T02:00:00Z');
    await shop.hold(point, evidence);
    expect(await unkeptAt('2027-03-20T02:00:00Z')).toBe(0);
    await shop.hold(point, evidence, false);
    expect(await unkeptAt('2027-03-20T03:00:00Z')).toBe(PROOF);
  });

  test('that expired before there were holds, and is gone, leaves nothing to hold', async () => {
    const { point } = await proven('2026-11-20T02:00:00Z');
    for (const { key } of point.manifest.files) shop.bucket.destroy(key);
    expect(await unkeptAt('2027-03-20T02:00:00Z')).toBe(0);
  });

  describe('where drills come every half hour', () => {
    const TIMES = ['02:00', '02:30', '03:00'].map((time) => `2026-11-20T${time}:00Z`);

    test('is any that was proven since the newest that has had its hour', async () => {
      for (const time of TIMES) await proven(time);
      const last = await proven('2026-11-20T03:30:00Z');
      expect(await unkeptAt('2026-11-20T03:45:00Z')).toBe(PROOF);
      await shop.hold(last.point, last.evidence);
      expect(await unkeptAt('2026-11-20T03:50:00Z')).toBe(0);
    });

    test('may be the one before the newest, which the keeper has not reached yet', async () => {
      const made = [];
      for (const time of TIMES) made.push(await proven(time));
      const { point, evidence } = made[1]!;
      await shop.hold(point, evidence);
      expect(await unkeptAt('2026-11-20T03:15:00Z')).toBe(0);
    });

    test('is none that is older: a keeper that stopped there is dead', async () => {
      const [oldest] = [await proven(TIMES[0]!)];
      await shop.hold(oldest.point, oldest.evidence);
      for (const time of TIMES.slice(1)) await proven(time);
      expect(await unkeptAt('2026-11-20T03:45:00Z')).toBe(PROOF);
    });
  });

  test('is found behind hundreds of drills that failed since', async () => {
    const { point, evidence } = await proven('2026-11-20T02:00:00Z');
    for (let index = 1; index <= 150; index++) {
      shop.now = new Date(Date.parse('2026-11-20T03:00:00Z') + index * 60_000);
      await shop.prove(point, { outcome: 'failed', exitCode: 10 });
    }
    expect(await unkeptAt('2026-11-20T06:00:00Z')).toBe(PROOF);
    await shop.hold(point, evidence);
    expect(await unkeptAt('2026-11-20T06:00:00Z')).toBe(0);
  });

  test('is none of which the evidence cannot be believed', async () => {
    const { point, evidence } = await proven('2026-11-20T02:00:00Z');
    await shop.hold(point, evidence);
    await shop.at('2026-11-20T02:10:00Z').prove(point, { manifestSha256: 'a'.repeat(64) });
    expect(await unkeptAt('2026-11-20T03:30:00Z')).toBe(0);
  });

  test('is looked after also where no drills are asked for', async () => {
    shop = await WatchedShop.make({ drills: null });
    await proven('2026-11-20T02:00:00Z');
    expect(await unkeptAt('2026-11-20T03:00:00Z')).toBe(PROOF);
  });
});
