import { planParts } from '../../lib/runtime/part-plan';

const MIB = 1024 * 1024;
const GB = 1e9;

test.each([
  [0, 8, 4],
  [5 * GB, 8, 4],
  [41 * GB, 8, 4],
  [100 * GB, 20, 2],
  [300 * GB, 58, 1],
  [1000 * GB, 191, 1],
  [5000 * GB, 954, 1],
  [50_000 * GB, 5120, 1],
])('%d estimated bytes go in parts of %d MiB, %d at a time', (estimatedBytes, partMib, inFlight) => {
  expect(planParts(estimatedBytes)).toEqual({ partBytes: partMib * MIB, inFlight });
});

test('twice the estimate still fits into 10,000 parts', () => {
  for (let bytes = 1; bytes <= 25e12; bytes *= 1.7) {
    expect(planParts(bytes).partBytes * 10_000).toBeGreaterThanOrEqual(2 * bytes);
  }
});

test('what is in flight or being filled stays within 64 MiB until two parts are larger', () => {
  for (let bytes = 1; bytes <= 25e12; bytes *= 1.7) {
    const { partBytes, inFlight } = planParts(bytes);
    expect(partBytes * (inFlight + 1)).toBeLessThanOrEqual(Math.max(64 * MIB, 2 * partBytes));
  }
});
