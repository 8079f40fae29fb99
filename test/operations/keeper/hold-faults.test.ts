/** Holds where the store fails, forgets, or the keeper breaks off; and their history. */
import { auditEventSchema, auditPrefix } from '../../../lib/contract/audit-event';
import type { KeeperTools } from '../../../lib/operations/keeper/keeper-tools';
import { changedKeeper } from '../../support/changed-keeper';
import { changedStore } from '../../support/changed-store';
import { KeeperBench, makeSigners, type Signers } from '../../support/keeper-bench';
import { evidencePrefixOf, objectsOf, prefixOf, type MadePoint } from '../../support/made-point';

let signers: Signers;
let bench: KeeperBench;
beforeAll(async () => {
  signers = await makeSigners();
});
beforeEach(async () => {
  bench = await KeeperBench.make(signers, { drilledDatabases: ['shop'] });
});

async function expectHeld(...points: MadePoint[]): Promise<void> {
  expect(await bench.held()).toEqual(await bench.allOf(...points));
}

describe('where it cannot be told what is proven, nothing is let go', () => {
  const setups: [string, readonly string[]][] = [
    ['with drills', ['shop']],
    ['without', []],
  ];
  test.each(setups)('%s: evidence that cannot be fetched', async (_, drilledDatabases) => {
    bench = await KeeperBench.make(signers, { drilledDatabases });
    await bench.proven(1);
    const newer = await bench.proven(2);
    await bench.putOn(3);
    const store = changedStore(bench.bucket, {
      get: (key, options) =>
        key.startsWith(evidencePrefixOf(newer))
          ? Promise.reject(new Error('out of reach'))
          : bench.bucket.get(key, options),
    });
    expect(await bench.sweep({ store })).toMatchObject({ held: 0, tagged: 0, faults: ['out of reach'] });
    expect([await bench.held(), await bench.tagged()]).toEqual([[], []]);
  });

  test('a hold that the store did not keep', async () => {
    const [older, newer] = [await bench.proven(1), await bench.putOn(2)];
    await bench.sweep();
    await bench.prove(newer);
    const forgotten = `${prefixOf(newer)}dump/1.dat`;
    const keeper = changedKeeper(bench.bucket, {
      hold: (version) => (version.key === forgotten ? Promise.resolve() : bench.bucket.hold(version)),
    });
    const faults = [`${forgotten} is not on hold, though the store took the hold.`];
    expect(await bench.sweep({ keeper })).toMatchObject({ held: 0, released: 0, tagged: 0, faults });
    expect(await bench.held()).toEqual(expect.arrayContaining(await bench.allOf(older)));
    expect(await bench.tagged()).toEqual([]);
  });
});

describe('wherever a sweep breaks off', () => {
  class Broken extends Error {}

  /** Lets so many calls through. @param after each of them */
  function breaking(calls: number, after: () => Promise<void>): Partial<KeeperTools> {
    let left = calls;
    const guarded = async <T>(call: () => Promise<T>): Promise<T> => {
      if (left-- <= 0) throw new Broken();
      const answer = await call();
      await after();
      return answer;
    };
    const { bucket } = bench;
    const store = changedStore(bucket, {
      put: (key, body) => guarded(() => bucket.put(key, body)),
      get: (key) => guarded(() => bucket.get(key)),
    });
    const keeper = changedKeeper(bucket, {
      lockedUntil: (version) => guarded(() => bucket.lockedUntil(version)),
      onHold: (version) => guarded(() => bucket.onHold(version)),
      mayExpire: (version) => guarded(() => bucket.mayExpire(version)),
      extendLock: (version, until) => guarded(() => bucket.extendLock(version, until)),
      hold: (version) => guarded(() => bucket.hold(version)),
      release: (version) => guarded(() => bucket.release(version)),
      tagForExpiry: (version) => guarded(() => bucket.tagForExpiry(version)),
    });
    return { store, keeper };
  }

  test('between any two calls, a proven point is on hold and untagged, and the next sweep makes it good', async () => {
    let brokenOff = 0;
    for (let calls = 0; ; calls++) {
      bench = await KeeperBench.make(signers, { drilledDatabases: ['shop'] });
      const [older, newer] = [await bench.proven(1), await bench.putOn(2)];
      await bench.sweep();
      await bench.prove(newer);
      const safe: string[] = [];
      const isSafe = async (point: MadePoint) => {
        const [held, tagged] = [await bench.held(), await bench.tagged(prefixOf(point))];
        return tagged.length === 0 && (await bench.allOf(point)).every((key) => held.includes(key));
      };
      const after = async () => {
        if (!(await isSafe(older)) && !(await isSafe(newer)))
          safe.push(`after ${calls} calls nothing is safe`);
      };
      const { faults } = await bench.sweep(breaking(calls, after)).catch(() => ({ faults: ['broken off'] }));
      await after();
      expect(safe).toEqual([]);
      expect(await bench.sweep()).toMatchObject({ held: 1, faults: [] });
      await expectHeld(newer);
      expect(await bench.tagged()).toEqual(objectsOf(older));
      if (faults.length === 0) break;
      brokenOff++;
    }
    expect(brokenOff).toBeGreaterThan(40);
  });

  test('a README tells it: the first on hold, the last released', async () => {
    const [older, newer] = [await bench.proven(1), await bench.putOn(2)];
    await bench.sweep();
    await bench.prove(newer);
    const [holds, releases]: [string[], string[]] = [[], []];
    const keeper = changedKeeper(bench.bucket, {
      hold: (version) => (holds.push(version.key), bench.bucket.hold(version)),
      release: (version) => (releases.push(version.key), bench.bucket.release(version)),
    });
    await bench.sweep({ keeper });
    expect(holds[0]).toBe(`${prefixOf(newer)}README.txt`);
    expect(releases.at(-1)).toBe(`${prefixOf(older)}README.txt`);
    expect([...holds].sort()).toEqual(await bench.allOf(newer));
    expect([...releases].sort()).toEqual(await bench.allOf(older));
  });
});

describe('the history of holds', () => {
  async function history() {
    const versions = await bench.versions(auditPrefix('keeper', 'shop'));
    const texts = versions.map(async ({ key }) =>
      new Response((await bench.bucket.get(key)) as never).text(),
    );
    return (await Promise.all(texts)).map((text) => auditEventSchema.parse(JSON.parse(text)));
  }

  test('names each point that was held, by which drill, and released, for which newer one', async () => {
    const [older, newer] = [await bench.proven(1), await bench.putOn(2)];
    await bench.sweep();
    await bench.prove(newer);
    for (const time of [1, 2]) expect([time, (await bench.sweep()).faults]).toEqual([time, []]);
    const id = (point: MadePoint) => prefixOf(point).split('/')[4];
    expect(await history()).toEqual([
      expect.objectContaining({
        program: 'keeper',
        event: 'held',
        id: id(older),
        reason: expect.stringMatching(/^proven by drill 20260601T/),
      }),
      expect.objectContaining({
        event: 'released',
        id: id(older),
        reason: `${id(newer)} is proven, and on hold`,
      }),
      expect.objectContaining({ event: 'held', id: id(newer) }),
    ]);
  });

  test('lacks nothing where a sweep broke off before it was written', async () => {
    const point = await bench.proven(1);
    const store = changedStore(bench.bucket, { put: () => Promise.reject(new Error('out of reach')) });
    expect(await bench.sweep({ store })).toMatchObject({ released: 0, tagged: 0, faults: ['out of reach'] });
    await expectHeld(point);
    await bench.sweep();
    expect(await history()).toHaveLength(1);
  });
});
