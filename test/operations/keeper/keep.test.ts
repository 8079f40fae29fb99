import { manifestKey } from '../../../lib/contract/object-keys';
import { keepPoint } from '../../../lib/operations/keeper/keep';
import { noSigner } from '../../../lib/runtime/public-key-signer';
import { changedKeeper } from '../../support/changed-keeper';
import { changedStore } from '../../support/changed-store';
import { KeeperBench, makeSigners, type Signers } from '../../support/keeper-bench';
import { prefixOf, putDump, type MadePoint } from '../../support/made-point';

const DAY_MS = 86_400_000;
const FIRST_DAY = Date.parse('2026-06-01T02:00:00Z');

const NOTHING = { locked: 0, held: 0, released: 0, tagged: 0, orphansTagged: 0, faults: [], refused: [] };

let signers: Signers;
let bench: KeeperBench;
beforeAll(async () => {
  signers = await makeSigners();
});
beforeEach(async () => {
  bench = await KeeperBench.make(signers);
});

const refused = (message: RegExp) => ({
  kind: 'stored-data-faulty',
  message: expect.stringMatching(message) as string,
});

describe('a new manifest', () => {
  test('has every object of its point, README and manifest included, locked until retainUntil', async () => {
    const point = bench.day(1, { days: 40 });
    const key = await bench.put(point);
    await keepPoint(key, bench.tools);
    expect(await bench.lockDays(prefixOf(point))).toEqual([40, 40, 40, 40]);
    expect(await bench.lockDays(key)).toEqual([40]);
  });

  test('has nothing tagged, and no other point locked', async () => {
    const [yesterday, today] = [bench.day(1, { days: 40 }), bench.day(2, { days: 40 })];
    bench.day(1);
    await bench.put(yesterday);
    bench.day(2);
    await keepPoint(await bench.put(today), bench.tools);
    expect(await bench.tagged()).toEqual([]);
    expect(await bench.lockDays(prefixOf(yesterday))).toEqual([6, 6, 6, 6]);
  });

  test('is kept as before when classes have become shorter, where all of it is locked already', async () => {
    const point = bench.day(1, { days: 40 });
    const key = await bench.put(point);
    const shorter = { ...bench.tools, longestLockDays: 31 };
    await expect(keepPoint(key, shorter)).rejects.toMatchObject(refused(/allowed are 31 days/));
    await keepPoint(key, bench.tools);
    expect(await bench.sweep({ longestLockDays: 31 })).toMatchObject({ locked: 1, faults: [] });
    bench.bucket.overwrite(`${prefixOf(point)}dump/1.dat`, Buffer.from(`${prefixOf(point)}dump/1.dat`));
    await expect(keepPoint(key, shorter)).rejects.toMatchObject(refused(/allowed are 31 days/));
    expect(await bench.lockDays(`${prefixOf(point)}dump/1.dat`)).toEqual([7, 40]);
  });

  test('never has a lock shortened', async () => {
    const point = bench.day(1, { days: 3 });
    await keepPoint(await bench.put(point), bench.tools);
    expect(await bench.lockDays(prefixOf(point))).toEqual([7, 7, 7, 7]);
  });

  test('may be kept again: nothing changes', async () => {
    const point = bench.day(1);
    const key = await bench.put(point);
    await keepPoint(key, bench.tools);
    await keepPoint(key, bench.tools);
    expect(await bench.lockDays(prefixOf(point))).toEqual([30, 30, 30, 30]);
  });

  test('has the version locked that it speaks of, below a delete marker and below what was put over it', async () => {
    const point = bench.day(1);
    const key = await bench.put(point);
    const [covered, marked] = [`${prefixOf(point)}dump/1.dat`, `${prefixOf(point)}dump/toc.dat`];
    bench.bucket.overwrite(covered, Buffer.from('another size'));
    bench.bucket.placeDeleteMarker(marked);
    await keepPoint(key, bench.tools);
    expect(await bench.lockDays(covered)).toEqual([7, 30]);
    expect(await bench.lockDays(marked)).toEqual([30]);
  });

  test.each<[string, RegExp, (point: MadePoint) => Promise<string>]>([
    ['without a signature', /carries no signature/, (point) => bench.putChanged(point, {}, noSigner)],
    ['of a foreign signer', /is signed by the key/, (point) => bench.putChanged(point, {}, signers.foreign)],
    [
      'of another database',
      /holds the manifest of another thing/,
      async (point) => {
        const key = await bench.put(point);
        const copied = key.replace('/shop/', '/other/');
        bench.bucket.overwrite(
          copied,
          Buffer.from(await new Response((await bench.bucket.get(key)) as never).bytes()),
        );
        return copied;
      },
    ],
    [
      'that was edited',
      /was changed after it was signed/,
      async (point) => {
        const key = await bench.put(point);
        const text = await new Response((await bench.bucket.get(key)) as never).text();
        bench.bucket.overwrite(key, Buffer.from(text.replace('"reason": "test"', '"reason": "fest"')));
        return key;
      },
    ],
    [
      'that wants a lock for a century',
      /allowed are 61 days/,
      (point) => bench.putChanged(point, { retainUntil: '2126-06-01T00:00:00.000Z' }),
    ],
    [
      'that names an object which is not there',
      /names 1 objects that are not there/,
      (point) => bench.putChanged(point, { files: [...FILES_OF(point), missing(point)] }),
    ],
    [
      'whose object has another size',
      /are not there with their size/,
      (point) => bench.putChanged(point, { files: FILES_OF(point).map((file) => ({ ...file, bytes: 1 })) }),
    ],
  ])('%s is refused: nothing is locked or tagged because of it', async (_, message, put) => {
    const point = bench.day(1);
    const key = await put(point);
    await expect(keepPoint(key, bench.tools)).rejects.toMatchObject(refused(message));
    const { faults, refused: notBelieved } = await bench.sweep();
    if (!key.includes('/other/'))
      expect([...faults, ...notBelieved]).toEqual([expect.stringMatching(message)]);
    expect(new Set(await bench.lockDays(prefixOf(point)))).toEqual(
      new Set(key.includes('/other/') ? [30] : [7]),
    );
    expect(await bench.tagged()).toEqual([]);
  });

  test.each(['manifests/postgres/shop/latest.json', 'manifests/postgres/../shop/x.json', 'points/x'])(
    'is not looked for at %s',
    async (key) => {
      await expect(keepPoint(key, bench.tools)).rejects.toMatchObject(
        refused(/is not the key of a manifest/),
      );
    },
  );
});

const missing = (point: MadePoint) => ({
  key: `${prefixOf(point)}dump/2.dat`,
  bytes: 1,
  sha256: '0'.repeat(64),
  crc32: '00000000',
});
const FILES_OF = (point: MadePoint) =>
  ['dump/toc.dat', 'README.txt'].map((name) => ({
    ...missing(point),
    key: `${prefixOf(point)}${name}`,
    bytes: `${prefixOf(point)}${name}`.length,
  }));

describe('the sweep', () => {
  test('locks what was missed and tags every object of all points but the newest', async () => {
    const points = [1, 2, 3].map((day) => bench.day(day));
    for (const point of points) {
      bench.now = point.startedAt;
      await bench.put(point);
    }
    expect(await bench.sweep()).toEqual({ ...NOTHING, locked: 3, tagged: 2 });
    expect(await bench.lockDays(prefixOf(points[0]!))).toEqual([28, 28, 28, 28]);
    const ofOlder = await Promise.all(points.slice(0, 2).map((point) => bench.versions(prefixOf(point))));
    expect(await bench.tagged()).toEqual(ofOlder.flat().map(({ key }) => key));
  });

  test('tags no manifest, evidence, audit record or export', async () => {
    for (const day of [1, 2]) await bench.put(bench.day(day));
    for (const key of [
      'evidence/x',
      'audit/backup/shop/x',
      'exports/postgres/shop/20260601T020000Z-000000/dump',
    ])
      await bench.bucket.put(key, Buffer.from('x'));
    bench.day(60);
    await bench.sweep();
    expect((await bench.tagged()).every((key) => key.startsWith('points/'))).toBe(true);
    expect(await bench.tagged()).toHaveLength(4);
  });

  test('lets the former newest go only when a newer one is locked', async () => {
    const former = bench.day(1);
    await bench.put(former);
    await bench.putChanged(bench.day(2), { files: [missing(bench.day(2))] });
    const failed = await bench.sweep();
    expect(failed).toMatchObject({ tagged: 0, faults: [expect.stringContaining('not there')] });
    await bench.put(bench.day(3));
    expect(await bench.sweep()).toMatchObject({ tagged: 1 });
    expect(await bench.tagged()).toEqual((await bench.versions(prefixOf(former))).map(({ key }) => key));
  });

  test('keeps databases apart: the newest of each stays', async () => {
    await bench.put(bench.day(1, { database: 'web' }));
    await bench.put(bench.day(1));
    await bench.put(bench.day(2));
    await bench.sweep();
    expect(await bench.tagged('points/daily/postgres/web/')).toEqual([]);
    expect(await bench.tagged('points/daily/postgres/shop/')).toHaveLength(4);
  });

  test('tags nothing of a point whose locks are not confirmed', async () => {
    const [older, newer] = [bench.day(1), bench.day(2)];
    await bench.put(older);
    await bench.put(newer);
    const forgetful = changedKeeper(bench.bucket, {
      extendLock: (version, until) =>
        bench.bucket.extendLock(
          version,
          version.key === `${prefixOf(older)}dump/1.dat` ? new Date(0) : until,
        ),
    });
    const result = await bench.sweep({ keeper: forgetful });
    expect(result).toMatchObject({
      tagged: 0,
      faults: [expect.stringMatching(/dump\/1\.dat is locked until/)],
    });
    expect(await bench.tagged()).toEqual([]);
    expect(await bench.sweep()).toMatchObject({ tagged: 1, faults: [] });
  });

  test('goes on where a sweep broke off while it tagged', async () => {
    const older = bench.day(1);
    await bench.put(older);
    await bench.put(bench.day(2));
    const breaking = changedKeeper(bench.bucket, {
      tagForExpiry: (version) =>
        version.key.endsWith('dump/1.dat')
          ? Promise.reject(new Error('it broke off'))
          : bench.bucket.tagForExpiry(version),
    });
    expect(await bench.sweep({ keeper: breaking })).toMatchObject({
      tagged: 0,
      faults: ['it broke off'],
    });
    expect(await bench.tagged()).not.toContain(`${prefixOf(older)}README.txt`);
    expect(await bench.sweep()).toMatchObject({ tagged: 1, faults: [] });
    expect(await bench.tagged()).toHaveLength(4);
  });

  test('a point that fails does not keep the others from being swept', async () => {
    await bench.putChanged(bench.day(1), {}, signers.foreign);
    await bench.put(bench.day(2));
    await bench.put(bench.day(3));
    const swept = await bench.sweep();
    expect(swept).toMatchObject({ locked: 2, tagged: 1 });
    expect(swept.refused).toEqual([expect.stringContaining('is signed by the key')]);
  });

  test('looks at a point no more that it has tagged', async () => {
    for (const day of [1, 2]) await bench.put(bench.day(day));
    await bench.sweep();
    expect(await bench.sweep()).toEqual({ ...NOTHING, locked: 1 });
  });

  test('tells when the newest point carries the tag, for then it will go', async () => {
    await bench.put(bench.day(1));
    const [version] = await bench.versions('points/');
    await bench.bucket.tagForExpiry(version!);
    const told = [expect.stringMatching(/is the newest point that can be relied on, and it is tagged/)];
    expect(await bench.sweep()).toMatchObject({ faults: told });
  });

  test('a point made under a clock of the next year lets no other one go', async () => {
    await bench.put(bench.day(1));
    const future = bench.day(20);
    bench.day(2);
    await bench.put(future);
    expect((await bench.sweep()).tagged).toBe(0);
  });
});

describe('a point whose objects are gone', () => {
  async function destroy(point: MadePoint, name = ''): Promise<void> {
    for (const { key } of await bench.versions(`${prefixOf(point)}${name}`)) bench.bucket.destroy(key);
  }
  const told = (count: string) => [expect.stringContaining(`its objects are gone, ${count}`) as string];

  test('is told until its time, though nothing lies below its prefix', async () => {
    const older = bench.day(1);
    await bench.put(older);
    await bench.put(bench.day(2));
    await destroy(older);
    expect(await bench.sweep()).toMatchObject({ locked: 1, tagged: 0, faults: told('4 of 4') });
    bench.now = new Date(FIRST_DAY + 30 * DAY_MS);
    expect(await bench.sweep()).toMatchObject({ faults: [] });
  });

  test('is told where it was the only one', async () => {
    const point = bench.day(1);
    await bench.put(point);
    await destroy(point);
    expect(await bench.sweep()).toMatchObject({ locked: 0, faults: told('4 of 4') });
  });

  test('is told where it was tagged, and some are there', async () => {
    const older = bench.day(1);
    await bench.put(older);
    await bench.put(bench.day(2));
    expect(await bench.sweep()).toMatchObject({ tagged: 1, faults: [] });
    await destroy(older, 'dump/1.dat');
    expect(await bench.sweep()).toMatchObject({ locked: 1, tagged: 0, faults: told('1 of 4') });
  });

  test('is looked for when every database has been swept: what a run has no time for is not what matters', async () => {
    for (const day of [1, 2])
      for (const database of ['a', 'b']) await bench.put(bench.day(day, { database }));
    await bench.sweep();
    for (const database of ['a', 'b']) await bench.put(bench.day(3, { database }));
    const steps: string[] = [];
    const store = changedStore(bench.bucket, {
      get: (key) => (steps.push(`read ${key.split('/')[2]!}`), bench.bucket.get(key)),
    });
    const keeper = changedKeeper(bench.bucket, {
      tagForExpiry: (version) => (steps.push('tag'), bench.bucket.tagForExpiry(version)),
    });
    expect(await bench.sweep({ store, keeper })).toMatchObject({ tagged: 2, faults: [] });
    // The point of the first day, of each database.
    expect(steps.slice(steps.lastIndexOf('tag') + 1)).toEqual(['read a', 'read b']);
  });

  test('and whose manifest cannot be believed is left to the monitor', async () => {
    const point = bench.day(1);
    await bench.putChanged(point, {}, signers.foreign);
    await destroy(point);
    expect(await bench.sweep()).toMatchObject({ faults: [] });
  });

  test('is not read any more when it is older than the longest lock', async () => {
    const point = bench.day(1);
    const key = await bench.put(point);
    await destroy(point);
    bench.day(63);
    bench.bucket.get = (wanted) => Promise.reject(new Error(`${wanted} is read`));
    expect(await bench.sweep()).toMatchObject({ faults: [] });
    bench.day(62);
    expect(await bench.sweep()).toMatchObject({ faults: [`${key} is read`] });
  });
});

describe('a dump without a manifest', () => {
  test('gets the tag after its grace, and no longer lock', async () => {
    const orphan = bench.day(1);
    await putDump(bench.bucket, orphan);
    bench.day(10);
    expect(await bench.sweep()).toMatchObject({ orphansTagged: 0 });
    bench.now = new Date(bench.now.getTime() + 1);
    expect(await bench.sweep()).toEqual({ ...NOTHING, orphansTagged: 1 });
    expect(await bench.tagged()).toHaveLength(4);
    expect(await bench.sweep()).toMatchObject({ orphansTagged: 0 });
  });

  test('has its grace from its newest object: a backup may still run', async () => {
    const running = bench.day(1);
    await bench.bucket.put(`${prefixOf(running)}dump/1.dat`, Buffer.from('x'));
    bench.day(8);
    await bench.bucket.put(`${prefixOf(running)}dump/2.dat`, Buffer.from('x'));
    bench.day(15);
    expect(await bench.sweep()).toMatchObject({ orphansTagged: 0 });
    expect(await bench.tagged()).toEqual([]);
  });

  test('is none where there is a manifest that cannot be believed, or one below a delete marker', async () => {
    await bench.putChanged(bench.day(1), {}, signers.foreign);
    bench.bucket.placeDeleteMarker(await bench.put(bench.day(2)));
    bench.day(30);
    expect(await bench.sweep()).toMatchObject({ orphansTagged: 0, locked: 1 });
    expect(await bench.tagged()).toEqual([]);
  });

  test('below strange keys is left alone', async () => {
    bench.day(1);
    for (const key of [
      'points/x',
      'points/daily/redis/shop/20260601T020000Z-000000/x',
      'points/daily/postgres/shop/x/y',
    ])
      await bench.bucket.put(key, Buffer.from('x'));
    bench.day(60);
    await bench.sweep();
    expect(await bench.tagged()).toEqual([]);
  });
});

test('manifests lie where the keeper looks for them', async () => {
  expect(await bench.put(bench.day(1))).toBe(manifestKey('shop', prefixOf(bench.day(1)).split('/')[4]!));
});
