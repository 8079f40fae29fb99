import {
  mayBeTagged,
  newestWhole,
  type KeptPoint,
  type Reliance,
} from '../../../lib/operations/keeper/expiry-rule';

const now = new Date('2026-06-10T00:00:00Z');
const idOf = (day: number) => `202606${String(day).padStart(2, '0')}T020000Z-000000`;
const point = (day: number, state: KeptPoint['state'] = 'whole'): KeptPoint => ({ id: idOf(day), state });
const days = (points: readonly KeptPoint[]) => points.map(({ id }) => Number(id.slice(6, 8)));

const undrilled: Reliance = { now, drilled: false, proven: undefined };
const drilled = (provenDay?: number): Reliance => ({
  ...{ now, drilled: true },
  proven: provenDay === undefined ? undefined : idOf(provenDay),
});

describe('where no drills run', () => {
  test('every point gets the tag but the newest', () => {
    expect(days(mayBeTagged([point(3), point(5), point(4)], undrilled))).toEqual([3, 4]);
  });

  test('the only point stays, and so does every one where there is none', () => {
    expect(mayBeTagged([point(3)], undrilled)).toEqual([]);
    expect(mayBeTagged([], undrilled)).toEqual([]);
  });

  test('what is tagged is not tagged again, and still lets older ones go', () => {
    expect(days(mayBeTagged([point(2), point(3, 'tagged'), point(4)], undrilled))).toEqual([2]);
    expect(days(mayBeTagged([point(2), point(3, 'tagged')], undrilled))).toEqual([2]);
  });

  test('the remains of a point that is being deleted may go, but never let another one go', () => {
    expect(days(mayBeTagged([point(2, 'remains'), point(3)], undrilled))).toEqual([2]);
    expect(mayBeTagged([point(2), point(3, 'remains')], undrilled)).toEqual([]);
  });

  test('a point of the future stays itself, and lets no other one go', () => {
    const future = point(11);
    expect(days(mayBeTagged([point(3), point(4), future], undrilled))).toEqual([3]);
    expect(newestWhole([point(3), point(4), future], now)).toEqual(point(4));
    expect(newestWhole([future], now)).toBeUndefined();
  });

  test('one that was proven all the same stays beside the newest', () => {
    const proven = { ...undrilled, proven: idOf(3) };
    expect(days(mayBeTagged([point(2), point(3), point(4), point(5)], proven))).toEqual([2, 4]);
  });
});

describe('where drills run', () => {
  test('only what is older than the newest proven point gets the tag', () => {
    expect(days(mayBeTagged([point(2), point(3), point(4), point(5)], drilled(4)))).toEqual([2, 3]);
  });

  test('nothing gets it while nothing is proven', () => {
    expect(mayBeTagged([point(2), point(3), point(4)], drilled())).toEqual([]);
  });

  test('a point need not have its locks confirmed for its proof to count', () => {
    expect(days(mayBeTagged([point(2), point(3)], drilled(4)))).toEqual([2, 3]);
  });
});

/** Four days, each with a point in any state or none; any of them proven or none; drills or not. */
function* allSituations(): Generator<{ points: KeptPoint[]; reliance: Reliance; text: string }> {
  const states = [undefined, 'whole', 'tagged', 'remains'] as const;
  // The last of them lies in the future.
  const dates = [7, 8, 9, 12];
  for (let code = 0; code < states.length ** dates.length; code++) {
    const points = dates.flatMap((day, index) => {
      const state = states[Math.floor(code / states.length ** index) % states.length];
      return state === undefined ? [] : [point(day, state)];
    });
    for (const proven of [undefined, ...points.map(({ id }) => id).filter((id) => id < idOf(10))])
      for (const isDrilled of [true, false]) {
        const reliance = { now, drilled: isDrilled, proven };
        yield { points, reliance, text: JSON.stringify({ points, ...reliance }) };
      }
  }
}

describe('in every situation of four points', () => {
  const situations = [...allSituations()];
  const broken = (isKept: (situation: (typeof situations)[number]) => boolean) =>
    situations.filter((situation) => !isKept(situation)).map(({ text }) => text);

  test('there are some to look at', () => {
    expect(situations.length).toBeGreaterThan(1000);
    expect(situations.filter(({ points, reliance }) => mayBeTagged(points, reliance).length > 0)).not.toEqual(
      [],
    );
  });

  test('the newest proven point gets no tag', () => {
    expect(
      broken(({ points, reliance }) =>
        mayBeTagged(points, reliance).every(({ id }) => id !== reliance.proven),
      ),
    ).toEqual([]);
  });

  test('nor does the newest whole one, nor any newer', () => {
    const isKept = ({ points, reliance }: (typeof situations)[number]) => {
      const newest = newestWhole(points, now)?.id ?? '';
      return mayBeTagged(points, reliance).every(({ id }) => id < newest || id < (reliance.proven ?? ''));
    };
    expect(broken(isKept)).toEqual([]);
  });

  test('where drills run, none gets it that is as new as the newest proven point, or newer', () => {
    const isKept = ({ points, reliance }: (typeof situations)[number]) =>
      !reliance.drilled || mayBeTagged(points, reliance).every(({ id }) => id < (reliance.proven ?? ''));
    expect(broken(isKept)).toEqual([]);
  });

  test('where they run and something is proven, all that is older gets it: nothing stays for ever', () => {
    const isKept = ({ points, reliance }: (typeof situations)[number]) => {
      const { drilled: isDrilled, proven } = reliance;
      if (!isDrilled || proven === undefined) return true;
      const older = points.filter(({ id, state }) => id < proven && state !== 'tagged');
      return older.length === mayBeTagged(points, reliance).length;
    };
    expect(broken(isKept)).toEqual([]);
  });

  test('the order of the points says nothing', () => {
    const isKept = ({ points, reliance }: (typeof situations)[number]) => {
      const reversed = mayBeTagged(points.toReversed(), reliance).toReversed();
      return JSON.stringify(reversed) === JSON.stringify(mayBeTagged(points, reliance));
    };
    expect(broken(isKept)).toEqual([]);
  });
});
