import { parseSince } from '../../lib/cli/since';

const NOW = new Date('2026-11-20T12:00:00Z');

test.each([
  ['7d', '2026-11-13T12:00:00.000Z'],
  ['24h', '2026-11-19T12:00:00.000Z'],
  ['2026-11-01', '2026-11-01T00:00:00.000Z'],
  ['2026-11-01T02:00:00+02:00', '2026-11-01T00:00:00.000Z'],
])('%s is a time', (text, instant) => {
  expect(parseSince(text)(NOW).toISOString()).toBe(instant);
});

test.each(['', '7', 'd', '-7d', '7w', 'yesterday', '2026-13-01', '2026-11-01T02:00', '11/20/2026'])(
  '%p is none, or would mean another one on each machine',
  (text) => {
    expect(() => parseSince(text)).toThrow(/Write 7d/);
  },
);
