/** What is proven, what moves the hold, and what does not. */
import type { Evidence } from '../../../lib/contract/evidence';
import { Findings } from '../../../lib/operations/keeper/findings';
import { keepProof } from '../../../lib/operations/keeper/keep';
import type { KeeperTools } from '../../../lib/operations/keeper/keeper-tools';
import { noSigner } from '../../../lib/runtime/public-key-signer';
import type { Signer } from '../../../lib/runtime/signer';
import { changedKeeper } from '../../support/changed-keeper';
import { KeeperBench, makeSigners, type Signers } from '../../support/keeper-bench';
import {
  evidencePrefixOf,
  manifestKeyOf,
  objectsOf,
  prefixOf,
  type MadePoint,
} from '../../support/made-point';

const FAILED: Partial<Evidence> = { outcome: 'failed', exitCode: 10, failure: 'a row is missing' };

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

async function keep(key: string, changes: Partial<KeeperTools> = {}) {
  const findings = new Findings();
  return { ...(await keepProof(key, { ...bench.tools, ...changes }, findings)), findings };
}

describe('new evidence', () => {
  test('that proves has every object of its point, its manifest and itself put on hold', async () => {
    await bench.putOn(1);
    const point = await bench.putOn(2);
    const { held, findings } = await keep(await bench.prove(point));
    expect(prefixOf(point)).toContain(held);
    expect(findings).toEqual(new Findings());
    await expectHeld(point);
    expect(await bench.tagged()).toEqual([]);
  });

  test('of a drill that failed moves nothing', async () => {
    const older = await bench.proven(1);
    await bench.sweep();
    const { held } = await keep(await bench.prove(await bench.putOn(2), FAILED));
    expect(held).toBeUndefined();
    await bench.sweep();
    await expectHeld(older);
  });

  test('of an older point leaves the hold with the newest proven one', async () => {
    const [older, newer] = [await bench.putOn(1), await bench.proven(2)];
    await keep(await bench.prove(older));
    await expectHeld(newer);
  });

  test('lets no older hold go yet: that is for the sweep', async () => {
    const [older, newer] = [await bench.proven(1), await bench.putOn(2)];
    await bench.sweep();
    await keep(await bench.prove(newer));
    await expectHeld(older, newer);
    expect(await bench.sweep()).toMatchObject({ held: 1, released: 1, faults: [] });
    await expectHeld(newer);
  });

  test('below delete markers proves all the same, and so does its manifest', async () => {
    const point = await bench.proven(1);
    for (const key of await bench.allOf(point)) bench.bucket.placeDeleteMarker(key);
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
    const older = await bench.proven(1);
    await bench.sweep();
    const key = await bench.prove(await bench.putOn(2), {}, forger());
    await expect(keep(key)).rejects.toMatchObject({
      kind: 'stored-data-faulty',
      message: expect.stringMatching(message) as string,
    });
    const told = [expect.stringMatching(message)];
    expect(await bench.sweep()).toMatchObject({ held: 1, released: 0, tagged: 0, faults: [], refused: told });
    await expectHeld(older);
  });

  test('for another manifest than the one that is there', async () => {
    const older = await bench.proven(1);
    await bench.sweep();
    const key = await bench.prove(await bench.putOn(2), { manifestSha256: '0'.repeat(64) });
    const { held, findings } = await keep(key);
    expect(prefixOf(older)).toContain(held);
    expect(findings.refused).toEqual([
      expect.stringMatching(/proves another manifest than the one that is at/),
    ]);
    expect(await bench.sweep()).toMatchObject({ released: 0, tagged: 0, faults: [] });
    await expectHeld(older);
  });

  test('for a manifest that was written anew by somebody else', async () => {
    const [older, newer] = [await bench.proven(1), await bench.proven(2)];
    await bench.sweep();
    bench.bucket.overwrite(manifestKeyOf(newer), Buffer.from('{}'));
    await bench.proven(3, FAILED);
    expect(await bench.sweep()).toMatchObject({ held: 1, released: 0, tagged: 0 });
    // The newer one is what it was, below: its holds stay.
    expect(await bench.held()).toEqual(
      expect.arrayContaining([...(await bench.allOf(older)), ...objectsOf(newer)]),
    );
  });

  test('for a point without a manifest', async () => {
    const point = await bench.proven(1);
    bench.bucket.destroy(manifestKeyOf(point));
    const told = [expect.stringMatching(/proves a recovery point without a manifest/)];
    expect(await bench.sweep()).toMatchObject({ held: 0, faults: [], refused: told });
    expect(await bench.held()).toEqual([]);
  });

  test('copied to another point', async () => {
    const [older, newer] = [await bench.proven(1), await bench.putOn(2)];
    const [{ key } = { key: '' }] = await bench.versions(evidencePrefixOf(older));
    const bytes = await new Response((await bench.bucket.get(key)) as never).bytes();
    const copy = key.replace(evidencePrefixOf(older), evidencePrefixOf(newer));
    await bench.bucket.put(copy, bytes);
    await expect(keep(copy)).rejects.toThrow('holds the evidence of another drill');
    await bench.sweep();
    await expectHeld(older);
  });

  test('of a point of the future', async () => {
    const future = await bench.proven(20);
    const older = await bench.proven(1);
    expect(await bench.sweep()).toMatchObject({ held: 1 });
    await expectHeld(older);
    expect(await bench.held(prefixOf(future))).toEqual([]);
  });
});

describe('the sweep of a database with drills', () => {
  test('moves the hold to the newest proven point, and tags only what is older', async () => {
    const points = [
      await bench.putOn(1),
      await bench.proven(2),
      await bench.putOn(3),
      await bench.proven(4),
      await bench.putOn(5),
    ];
    await bench.sweep();
    await expectHeld(points[3]!);
    expect(await bench.tagged()).toEqual(points.slice(0, 3).flatMap(objectsOf));
  });

  test('lets nothing go while drills fail, however long', async () => {
    const point = await bench.proven(1);
    for (let day = 2; day <= 60; day++) {
      await bench.proven(day, FAILED);
      expect(await bench.sweep()).toMatchObject({ held: 1, released: 0, tagged: 0, faults: [] });
    }
    await expectHeld(point);
  });

  test('lets nothing go while nothing was ever proven', async () => {
    for (const day of [1, 2, 3]) await bench.putOn(day);
    expect(await bench.sweep()).toMatchObject({ held: 0, tagged: 0, faults: [], refused: [] });
  });

  test('changes nothing when it comes again', async () => {
    await bench.proven(1);
    const newest = await bench.proven(2);
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
    const [older, newer] = [await bench.proven(1), await bench.proven(2)];
    await bench.sweep();
    expect(await bench.tagged()).toEqual(objectsOf(older));
    bench.bucket.destroy(`${prefixOf(newer)}dump/1.dat`);
    const { held, faults } = await bench.sweep();
    expect({ held, faults }).toEqual({
      held: 1,
      faults: [expect.stringMatching(/names 1 objects that are not there/)],
    });
    expect(await bench.held()).toEqual(expect.arrayContaining(await bench.allOf(older)));
  });

  test('tells no fault of a proven point that went in its time', async () => {
    const gone = await bench.proven(1);
    bench.day(40);
    for (const key of objectsOf(gone)) bench.bucket.destroy(key);
    expect(await bench.sweep()).toMatchObject({ held: 0, faults: [], refused: [] });
  });

  test('leaves alone what somebody else put on hold, unless it is the README', async () => {
    const [older] = [await bench.proven(1), await bench.proven(2)];
    const versions = await bench.versions(`${prefixOf(older)}dump/`);
    for (const version of versions) await bench.bucket.hold(version);
    expect(await bench.sweep()).toMatchObject({ released: 0 });
    expect(await bench.held(prefixOf(older))).toHaveLength(versions.length);
  });
});

test('without drills the newest proven point stays on hold and untagged beside the newest whole one', async () => {
  bench = await KeeperBench.make(signers);
  const points = [await bench.putOn(1), await bench.proven(2), await bench.putOn(3), await bench.putOn(4)];
  await bench.sweep();
  await expectHeld(points[1]!);
  expect(await bench.tagged()).toEqual([points[0]!, points[2]!].flatMap(objectsOf));
});
