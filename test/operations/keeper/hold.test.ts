import { auditEventSchema, auditPrefix } from '../../../lib/contract/audit-event';
import type { Evidence } from '../../../lib/contract/evidence';
import { Findings } from '../../../lib/operations/keeper/findings';
import { keepProof } from '../../../lib/operations/keeper/keep';
import type { KeeperTools } from '../../../lib/operations/keeper/keeper-tools';
import { noSigner } from '../../../lib/runtime/public-key-signer';
import type { Signer } from '../../../lib/runtime/signer';
import { changedKeeper } from '../../support/changed-keeper';
import { changedStore } from '../../support/changed-store';
import { KeeperBench, makeSigners, type Signers } from '../../support/keeper-bench';
import { manifestKeyOf, prefixOf, type MadePoint } from '../../support/made-point';

const FAILED: Partial<Evidence> = { outcome: 'failed', exitCode: 10, failure: 'a row is missing' };
const ALL_NAMES = ['README.txt', 'dump/1.dat', 'dump/toc.dat', 'globals.sql'];

let signers: Signers;
let bench: KeeperBench;
beforeAll(async () => {
  signers = await makeSigners();
});
beforeEach(async () => {
  bench = await KeeperBench.make(signers, { drilledDatabases: ['shop'] });
});

/** A point of that day. */
async function put(day: number, changes: Partial<MadePoint> = {}): Promise<MadePoint> {
  const point = bench.day(day, changes);
  await bench.put(point);
  return point;
}

async function proven(day: number, changes: Partial<Evidence> = {}, signer?: Signer): Promise<MadePoint> {
  const point = await put(day);
  await bench.prove(point, changes, signer);
  return point;
}

const objectsOf = (point: MadePoint) => ALL_NAMES.map((name) => `${prefixOf(point)}${name}`);
const evidencePrefixOf = (point: MadePoint) => `evidence/postgres/shop/${prefixOf(point).split('/')[4]!}/`;

/** Everything that a proven point takes. */
async function allOf(point: MadePoint): Promise<string[]> {
  const evidence = await bench.versions(evidencePrefixOf(point));
  return [...evidence.map(({ key }) => key), manifestKeyOf(point), ...objectsOf(point)];
}

async function expectHeld(...points: MadePoint[]): Promise<void> {
  const all = await Promise.all(points.map((point) => allOf(point)));
  expect(await bench.held()).toEqual(all.flat().sort());
}

async function keep(key: string, changes: Partial<KeeperTools> = {}) {
  const findings = new Findings();
  return { ...(await keepProof(key, { ...bench.tools, ...changes }, findings)), findings };
}

describe('new evidence', () => {
  test('that proves has every object of its point, its manifest and itself put on hold', async () => {
    await put(1);
    const point = await put(2);
    const { held, findings } = await keep(await bench.prove(point));
    expect(prefixOf(point)).toContain(held);
    expect(findings).toEqual(new Findings());
    await expectHeld(point);
    expect(await bench.tagged()).toEqual([]);
  });

  test('of a drill that failed moves nothing', async () => {
    const older = await proven(1);
    await bench.sweep();
    const { held } = await keep(await bench.prove(await put(2), FAILED));
    expect(held).toBeUndefined();
    await bench.sweep();
    await expectHeld(older);
  });

  test('of an older point leaves the hold with the newest proven one', async () => {
    const [older, newer] = [await put(1), await proven(2)];
    await keep(await bench.prove(older));
    await expectHeld(newer);
  });

  test('lets no older hold go yet: that is for the sweep', async () => {
    const [older, newer] = [await proven(1), await put(2)];
    await bench.sweep();
    await keep(await bench.prove(newer));
    await expectHeld(older, newer);
    expect(await bench.sweep()).toMatchObject({ held: 1, released: 1, faults: [] });
    await expectHeld(newer);
  });

  test('below delete markers proves all the same, and so does its manifest', async () => {
    const point = await proven(1);
    for (const key of await allOf(point)) bench.bucket.placeDeleteMarker(key);
    expect(await bench.sweep()).toMatchObject({ held: 1, faults: [], refused: [] });
    await expectHeld(point);
  });

  test.each(['evidence/postgres/shop/x.json', 'evidence/x', 'evidence/redis/shop/a/b.json'])(
    'is not looked for at %s',
    async (key) => {
      await expect(keep(key)).rejects.toThrow(`${key} is not the key of evidence.`);
    },
  );
});

describe('what proves nothing moves nothing, and is told: evidence', () => {
  const forgers: [string, RegExp, () => Signer][] = [
    ['signed by the key of manifests', /is signed by the key/, () => signers.manifests],
    ['of a foreign signer', /is signed by the key/, () => signers.foreign],
    ['without a signature', /carries no signature/, () => noSigner],
  ];
  test.each(forgers)('%s', async (_, message, forger) => {
    const older = await proven(1);
    await bench.sweep();
    const key = await bench.prove(await put(2), {}, forger());
    await expect(keep(key)).rejects.toMatchObject({
      kind: 'stored-data-faulty',
      message: expect.stringMatching(message) as string,
    });
    const told = [expect.stringMatching(message)];
    expect(await bench.sweep()).toMatchObject({ held: 1, released: 0, tagged: 0, faults: [], refused: told });
    await expectHeld(older);
  });

  test('for another manifest than the one that is there', async () => {
    const older = await proven(1);
    await bench.sweep();
    const key = await bench.prove(await put(2), { manifestSha256: '0'.repeat(64) });
    const { held, findings } = await keep(key);
    expect(prefixOf(older)).toContain(held);
    expect(findings.refused).toEqual([
      expect.stringMatching(/proves another manifest than the one that is at/),
    ]);
    expect(await bench.sweep()).toMatchObject({ released: 0, tagged: 0, faults: [] });
    await expectHeld(older);
  });

  test('for a manifest that was written anew by somebody else', async () => {
    const [older, newer] = [await proven(1), await proven(2)];
    await bench.sweep();
    bench.bucket.overwrite(manifestKeyOf(newer), Buffer.from('{}'));
    await proven(3, FAILED);
    expect(await bench.sweep()).toMatchObject({ held: 1, released: 0, tagged: 0 });
    // The newer one is what it was, below: its holds stay.
    expect(await bench.held()).toEqual(
      expect.arrayContaining([...(await allOf(older)), ...objectsOf(newer)]),
    );
  });

  test('for a point without a manifest', async () => {
    const point = await proven(1);
    bench.bucket.destroy(manifestKeyOf(point));
    const told = [expect.stringMatching(/proves a recovery point without a manifest/)];
    expect(await bench.sweep()).toMatchObject({ held: 0, faults: [], refused: told });
    expect(await bench.held()).toEqual([]);
  });

  test('copied to another point', async () => {
    const [older, newer] = [await proven(1), await put(2)];
    const [{ key } = { key: '' }] = await bench.versions(evidencePrefixOf(older));
    const bytes = await new Response((await bench.bucket.get(key)) as never).bytes();
    const copy = key.replace(evidencePrefixOf(older), evidencePrefixOf(newer));
    await bench.bucket.put(copy, bytes);
    await expect(keep(copy)).rejects.toThrow('holds the evidence of another drill');
    await bench.sweep();
    await expectHeld(older);
  });

  test('of a point of the future', async () => {
    const future = await proven(20);
    const older = await proven(1);
    expect(await bench.sweep()).toMatchObject({ held: 1 });
    await expectHeld(older);
    expect(await bench.held(prefixOf(future))).toEqual([]);
  });
});

describe('the sweep of a database with drills', () => {
  test('moves the hold to the newest proven point, and tags only what is older', async () => {
    const points = [await put(1), await proven(2), await put(3), await proven(4), await put(5)];
    await bench.sweep();
    await expectHeld(points[3]!);
    expect(await bench.tagged()).toEqual(points.slice(0, 3).flatMap(objectsOf));
  });

  test('lets nothing go while drills fail, however long', async () => {
    const point = await proven(1);
    for (let day = 2; day <= 60; day++) {
      await proven(day, FAILED);
      expect(await bench.sweep()).toMatchObject({ held: 1, released: 0, tagged: 0, faults: [] });
    }
    await expectHeld(point);
  });

  test('lets nothing go while nothing was ever proven', async () => {
    for (const day of [1, 2, 3]) await put(day);
    expect(await bench.sweep()).toMatchObject({ held: 0, tagged: 0, faults: [], refused: [] });
  });

  test('changes nothing when it comes again', async () => {
    await proven(1);
    const newest = await proven(2);
    expect(await bench.sweep()).toMatchObject({ held: 1, released: 0, tagged: 1 });
    const changes: string[] = [];
    const noted = (name: string) => () => Promise.resolve(void changes.push(name));
    const keeper = changedKeeper(bench.bucket, {
      ...{ hold: noted('hold'), release: noted('release'), tagForExpiry: noted('tag') },
    });
    expect(await bench.sweep({ keeper })).toMatchObject({ held: 1, released: 0, tagged: 0, faults: [] });
    expect(changes).toEqual([]);
    await expectHeld(newest);
  });

  test('holds an older proven point again when the newest one is damaged, though it is tagged, and tells', async () => {
    const [older, newer] = [await proven(1), await proven(2)];
    await bench.sweep();
    expect(await bench.tagged()).toEqual(objectsOf(older));
    bench.bucket.destroy(`${prefixOf(newer)}dump/1.dat`);
    const { held, faults } = await bench.sweep();
    expect({ held, faults }).toEqual({
      held: 1,
      faults: [expect.stringMatching(/names 1 objects that are not there/)],
    });
    expect(await bench.held()).toEqual(expect.arrayContaining(await allOf(older)));
  });

  test('tells no fault of a proven point that went in its time', async () => {
    const gone = await proven(1);
    bench.day(40);
    for (const key of objectsOf(gone)) bench.bucket.destroy(key);
    expect(await bench.sweep()).toMatchObject({ held: 0, faults: [], refused: [] });
  });

  test('leaves alone what somebody else put on hold, unless it is the README', async () => {
    const [older] = [await proven(1), await proven(2)];
    const versions = await bench.versions(`${prefixOf(older)}dump/`);
    for (const version of versions) await bench.bucket.hold(version);
    expect(await bench.sweep()).toMatchObject({ released: 0 });
    expect(await bench.held(prefixOf(older))).toHaveLength(versions.length);
  });
});

test('without drills the newest proven point stays on hold and untagged beside the newest whole one', async () => {
  bench = await KeeperBench.make(signers);
  const points = [await put(1), await proven(2), await put(3), await put(4)];
  await bench.sweep();
  await expectHeld(points[1]!);
  expect(await bench.tagged()).toEqual([points[0]!, points[2]!].flatMap(objectsOf));
});

describe('where it cannot be told what is proven, nothing is let go', () => {
  const setups: [string, readonly string[]][] = [
    ['with drills', ['shop']],
    ['without', []],
  ];
  test.each(setups)('%s: evidence that cannot be fetched', async (_, drilledDatabases) => {
    bench = await KeeperBench.make(signers, { drilledDatabases });
    await proven(1);
    const newer = await proven(2);
    await put(3);
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
    const [older, newer] = [await proven(1), await put(2)];
    await bench.sweep();
    await bench.prove(newer);
    const forgotten = `${prefixOf(newer)}dump/1.dat`;
    const keeper = changedKeeper(bench.bucket, {
      hold: (version) => (version.key === forgotten ? Promise.resolve() : bench.bucket.hold(version)),
    });
    const faults = [`${forgotten} is not on hold, though the store took the hold.`];
    expect(await bench.sweep({ keeper })).toMatchObject({ held: 0, released: 0, tagged: 0, faults });
    expect(await bench.held()).toEqual(expect.arrayContaining(await allOf(older)));
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
      const [older, newer] = [await proven(1), await put(2)];
      await bench.sweep();
      await bench.prove(newer);
      const safe: string[] = [];
      const isSafe = async (point: MadePoint) => {
        const [held, tagged] = [await bench.held(), await bench.tagged(prefixOf(point))];
        return tagged.length === 0 && (await allOf(point)).every((key) => held.includes(key));
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
    const [older, newer] = [await proven(1), await put(2)];
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
    expect([...holds].sort()).toEqual((await allOf(newer)).sort());
    expect([...releases].sort()).toEqual((await allOf(older)).sort());
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
    const [older, newer] = [await proven(1), await put(2)];
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
    const point = await proven(1);
    const store = changedStore(bench.bucket, { put: () => Promise.reject(new Error('out of reach')) });
    expect(await bench.sweep({ store })).toMatchObject({ released: 0, tagged: 0, faults: ['out of reach'] });
    await expectHeld(point);
    await bench.sweep();
    expect(await history()).toHaveLength(1);
  });
});
