/** What every keeper promises (lib/runtime/keeper.ts), as tests. */
import { randomBytes } from 'node:crypto';
import type { Keeper } from '../../lib/runtime/keeper';
import type { ObjectVersion } from '../../lib/runtime/protected-objects';
import type { Store } from '../../lib/runtime/store';

export interface TestedKeeper {
  readonly keeper: Keeper;
  readonly store: Store;
  /** Of every object at its birth. */
  readonly defaultLockDays: number;
  placeDeleteMarker(key: string): Promise<void>;
  /** Puts one more version above what is there. */
  overwrite(key: string, content: Buffer): Promise<void>;
}

const DAY_MS = 86_400_000;
const inDays = (days: number) => new Date(Date.now() + days * DAY_MS);

export async function versionsIn(keeper: Keeper, prefix: string): Promise<ObjectVersion[]> {
  const versions = [];
  for await (const version of keeper.versions(prefix)) versions.push(version);
  return versions;
}

export function describeKeeper(name: string, makeKeeper: () => Promise<TestedKeeper>): void {
  describe(`${name} keeps the contract of a keeper`, () => {
    let tested: TestedKeeper;
    let keeper: Keeper;
    beforeAll(async () => {
      tested = await makeKeeper();
      keeper = tested.keeper;
    });
    afterAll(() => tested.store.close());

    const putOne = async (key: string): Promise<ObjectVersion> => {
      await tested.store.put(key, randomBytes(10));
      return (await versionsIn(keeper, key))[0]!;
    };

    test('a version is found below what was put over it, and below a delete marker', async () => {
      const first = await putOne('below/a');
      await tested.overwrite('below/a', randomBytes(20));
      await tested.placeDeleteMarker('below/a');
      await tested.store.put('below/b', randomBytes(30));
      const versions = await versionsIn(keeper, 'below/');
      expect(versions.map(({ key, bytes }) => [key, bytes])).toEqual([
        ['below/a', 20],
        ['below/a', 10],
        ['below/b', 30],
      ]);
      expect(versions[1]).toEqual(first);
    });

    test('a listing of versions goes on over a thousand', async () => {
      const keys = Array.from({ length: 1010 }, (_, index) => `many/${String(index).padStart(4, '0')}`);
      for (let from = 0; from < keys.length; from += 16)
        await Promise.all(keys.slice(from, from + 16).map((key) => tested.store.put(key, Buffer.from(key))));
      await tested.overwrite('many/0500', Buffer.from('again'));
      const versions = await versionsIn(keeper, 'many/');
      expect(versions.map(({ key }) => key)).toEqual([...keys, 'many/0500'].sort());
      expect(new Set(versions.map(({ versionId }) => versionId)).size).toBe(1011);
    });

    test('a lock is extended, and read back', async () => {
      const version = await putOne('lock/extended');
      const until = inDays(90);
      const lockedUntil = await keeper.extendLock(version, until);
      expect(lockedUntil!.getTime() - until.getTime()).toBeGreaterThanOrEqual(0);
      expect(lockedUntil!.getTime() - until.getTime()).toBeLessThan(1000);
      expect(await keeper.lockedUntil(version)).toEqual(lockedUntil);
      expect((await tested.store.head('lock/extended'))?.lockedUntil).toEqual(lockedUntil);
    });

    test('a lock is never shortened', async () => {
      const version = await putOne('lock/longer');
      const born = (await tested.store.head('lock/longer'))!.lockedUntil!;
      expect(Math.round((born.getTime() - Date.now()) / DAY_MS)).toBe(tested.defaultLockDays);
      expect(await keeper.lockedUntil(version)).toEqual(born);
      expect(await keeper.extendLock(version, inDays(1))).toEqual(born);
      const extended = await keeper.extendLock(version, inDays(60));
      expect(await keeper.extendLock(version, inDays(30))).toEqual(extended);
      expect((await tested.store.head('lock/longer'))?.lockedUntil).toEqual(extended);
    });

    test('lock and tag are those of one version alone', async () => {
      const version = await putOne('one/version');
      await tested.overwrite('one/version', randomBytes(20));
      const [newer] = await versionsIn(keeper, 'one/version');
      const extended = await keeper.extendLock(version, inDays(60));
      await keeper.tagForExpiry(version);
      expect([await keeper.mayExpire(version), await keeper.mayExpire(newer!)]).toEqual([true, false]);
      const ofNewer = (await keeper.extendLock(newer!, inDays(1)))!;
      expect(ofNewer.getTime()).toBeLessThan(extended!.getTime());
    });

    test('an object is born without the tag; tagging again changes nothing', async () => {
      const version = await putOne('tag/born');
      expect(await keeper.mayExpire(version)).toBe(false);
      await keeper.tagForExpiry(version);
      await keeper.tagForExpiry(version);
      expect(await keeper.mayExpire(version)).toBe(true);
    });

    test('an object is born without a hold; one that is set stays until it is released', async () => {
      const version = await putOne('hold/born');
      const born = await keeper.lockedUntil(version);
      expect(await keeper.onHold(version)).toBe(false);
      await keeper.release(version);
      expect(await keeper.onHold(version)).toBe(false);
      for (const time of ['first', 'again']) {
        await keeper.hold(version);
        expect([time, await keeper.onHold(version)]).toEqual([time, true]);
      }
      expect((await tested.store.head('hold/born'))?.legalHold).toBe(true);
      await keeper.release(version);
      expect(await keeper.onHold(version)).toBe(false);
      expect(await keeper.lockedUntil(version)).toEqual(born);
    });

    test('a hold is that of one version alone, and changes neither lock nor tag', async () => {
      const version = await putOne('hold/one');
      await tested.overwrite('hold/one', randomBytes(20));
      const [newer] = await versionsIn(keeper, 'hold/one');
      const locked = await keeper.extendLock(version, inDays(60));
      await keeper.tagForExpiry(version);
      await keeper.hold(version);
      expect([await keeper.onHold(version), await keeper.onHold(newer!)]).toEqual([true, false]);
      expect(await keeper.lockedUntil(version)).toEqual(locked);
      expect(await keeper.mayExpire(version)).toBe(true);
      expect(await keeper.extendLock(version, inDays(70))).not.toEqual(locked);
      expect(await keeper.onHold(version)).toBe(true);
    });

    test('of a version that is not there each step fails', async () => {
      const gone = { ...(await putOne('gone/x')), key: 'gone/y' };
      const steps = [
        () => keeper.lockedUntil(gone),
        () => keeper.extendLock(gone, inDays(1)),
        () => keeper.onHold(gone),
        () => keeper.hold(gone),
        () => keeper.release(gone),
        () => keeper.mayExpire(gone),
        () => keeper.tagForExpiry(gone),
      ];
      for (const step of steps)
        await expect((async () => step())()).rejects.toMatchObject({ kind: 'store-failed' });
    });
  });
}
