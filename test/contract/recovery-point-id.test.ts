import { isRecoveryPointId, recoveryPointId } from '../../lib/contract/recovery-point-id';

const random = (value: number) => Uint8Array.of(value >> 8, value & 0xff);

test('an id begins with its start and ends with six hex digits', () => {
  const id = recoveryPointId(new Date('2026-11-20T02:00:00.255Z'), random(0xabcd));
  expect(id).toBe('20261120T020000Z-0ffbcd');
  expect(isRecoveryPointId(id)).toBe(true);
});

test('ids sort by start, also within one second', () => {
  const earlier = recoveryPointId(new Date('2026-11-20T02:00:00.001Z'), random(0xffff));
  const later = recoveryPointId(new Date('2026-11-20T02:00:00.999Z'), random(0));
  expect(earlier < later).toBe(true);
});

test.each([
  '',
  'newest',
  '../20261120T020000Z-0ffbcd',
  '20261120T020000Z-0FFBCD',
  '20261120T020000Z-0ffbcd/',
])('%p is no id', (text) => {
  expect(isRecoveryPointId(text)).toBe(false);
});
