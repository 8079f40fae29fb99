/** The model keeps the contracts of the real bucket, and its lifecycle is the one that AWS describes. */
import { describeKeeper } from '../runtime/keeper-conformance';
import { describeStore } from '../runtime/store-conformance';
import { ModelBucket, type LifecycleRule } from './model-bucket';

const DAY_MS = 86_400_000;
const systemClock = { now: () => new Date() };

describeStore('a model of a bucket', () => {
  const store = new ModelBucket(systemClock, 7);
  const hide = (key: string) => {
    store.placeDeleteMarker(key);
    return Promise.resolve();
  };
  const overwrite = (key: string, bytes: Buffer) => {
    store.overwrite(key, bytes);
    return Promise.resolve();
  };
  return Promise.resolve({ store, hide, overwrite, leftovers: () => Promise.resolve([]) });
});

describeKeeper('a model of a bucket', () => {
  const bucket = new ModelBucket(systemClock, 7);
  return Promise.resolve({
    keeper: bucket,
    store: bucket,
    defaultLockDays: 7,
    placeDeleteMarker: (key) => {
      bucket.placeDeleteMarker(key);
      return Promise.resolve();
    },
    overwrite: (key, content) => {
      bucket.overwrite(key, content);
      return Promise.resolve();
    },
  });
});

describe('the lifecycle of the model', () => {
  const rule: LifecycleRule = {
    Id: 'expire',
    Status: 'Enabled',
    Prefix: 'points/',
    TagFilters: [{ Key: 'expire', Value: 'yes' }],
    ExpirationInDays: 10,
    NoncurrentVersionExpiration: { NoncurrentDays: 1 },
  };
  const cleanUp: LifecycleRule = { Id: 'markers', Status: 'Enabled', ExpiredObjectDeleteMarker: true };

  /** @returns on which day each key is hidden, and on which it is gone */
  async function fate(lockDays: number, prepare: (bucket: ModelBucket) => Promise<void>) {
    let now = new Date('2026-01-01T02:00:00Z');
    const bucket = new ModelBucket({ now: () => now }, lockDays);
    await bucket.put('points/x', Buffer.from('x'));
    await prepare(bucket);
    const days: { hidden?: number; gone?: number } = {};
    for (let day = 1; day <= 40; day++) {
      now = new Date(Date.parse('2026-01-01T00:00:00Z') + day * DAY_MS);
      bucket.runLifecycle([rule, cleanUp]);
      const state = await bucket.head('points/x');
      if (state?.hidden === true) days.hidden ??= day;
      if (state === undefined) days.gone ??= day;
    }
    return days;
  }
  const tag = async (bucket: ModelBucket) => {
    for await (const version of bucket.versions('points/x')) await bucket.tagForExpiry(version);
  };

  test('a tagged object is hidden at the midnight after its days, and deleted at the one after the next', async () => {
    expect(await fate(7, tag)).toEqual({ hidden: 11, gone: 12 });
  });

  test('an object without the tag stays', async () => {
    expect(await fate(7, () => Promise.resolve())).toEqual({});
  });

  test('a locked version is deleted when its lock ends', async () => {
    expect(await fate(20, tag)).toEqual({ hidden: 11, gone: 21 });
  });

  test("somebody's delete marker makes a tagged version go when its lock ends, and hides an untagged one", async () => {
    const markAndTag = async (bucket: ModelBucket) => {
      await tag(bucket);
      bucket.placeDeleteMarker('points/x');
    };
    expect(await fate(5, markAndTag)).toEqual({ hidden: 1, gone: 6 });
    const mark = (bucket: ModelBucket) => {
      bucket.placeDeleteMarker('points/x');
      return Promise.resolve();
    };
    expect(await fate(5, mark)).toEqual({ hidden: 1 });
  });

  test('a rule that the model does not understand is an error', () => {
    const bucket = new ModelBucket(systemClock, 7);
    expect(() => {
      bucket.runLifecycle([{ ...rule, Transitions: [] } as LifecycleRule]);
    }).toThrow('Transitions');
  });
});
