import { partBytes } from '../../lib/runtime/part-plan';

const MIB = 1024 * 1024;
const GB = 1e9;

function total(estimatedBytes: number): number {
  let bytes = 0;
  for (let number = 1; number <= 10_000; number++) bytes += partBytes(estimatedBytes, number);
  return bytes;
}

test.each([
  [0, 8],
  [5 * GB, 8],
  [75 * GB, 8],
  [100 * GB, 11],
  [1000 * GB, 106],
  [5000 * GB, 530],
])('%d estimated bytes go in parts of %d MiB', (estimatedBytes, mib) => {
  expect(partBytes(estimatedBytes, 1)).toBe(mib * MIB);
  expect(partBytes(estimatedBytes, 9_000)).toBe(mib * MIB);
});

test('ten times the estimate (of up to 300 GB), and 1 TB without any, still fit into 10,000 parts', () => {
  for (let bytes = GB; bytes < 3e11; bytes *= 1.7) expect(total(bytes)).toBeGreaterThan(10 * bytes);
  expect(total(0)).toBeGreaterThan(1e12);
});

test('no part is larger than S3 takes', () => {
  expect(partBytes(50e12, 10_000)).toBe(5 * 1024 * MIB);
});
