import type { AuditEvent } from '../../lib/contract/audit-event';
import { auditLog } from '../../lib/operations/audit-log';

const ID = '20261120T020000Z-0a1b2c';

function event(changes: Partial<AuditEvent> = {}): AuditEvent {
  return {
    ...{ version: 1, program: 'backup', database: 'shop', id: ID, event: 'started' },
    ...{ at: '2026-11-20T02:00:05.000Z', who: 'ops', reason: 'nightly' },
    ...changes,
  };
}

const ended = (changes: Partial<AuditEvent> = {}) =>
  event({ event: 'ended', at: '2026-11-20T02:10:00.000Z', exitCode: 0, ...changes });

test('beginning and end, in any order, are one run with its duration', () => {
  for (const events of [
    [event(), ended()],
    [ended(), event()],
  ])
    expect(auditLog(events)).toEqual([
      {
        ...{ program: 'backup', database: 'shop', id: ID, state: 'ended', at: '2026-11-20T02:00:00.000Z' },
        ...{ endedAt: '2026-11-20T02:10:00.000Z', seconds: 600, exitCode: 0, failure: null },
        ...{ who: 'ops', reason: 'nightly', identity: null, osUser: null, what: null, slot: null },
        overrides: [],
      },
    ]);
});

test('a run without an end has none, however long ago it began', () => {
  expect(auditLog([event()])).toMatchObject([{ state: 'no end', exitCode: null, seconds: null }]);
});

test('a run that never began is told by its end', () => {
  const failure = 'connection refused';
  expect(auditLog([ended({ exitCode: 3, failure })])).toMatchObject([
    { state: 'ended', exitCode: 3, failure },
  ]);
});

test('an end that is there and cannot be read is not taken for no end, nor for a good one', () => {
  const unreadable = {
    program: 'backup',
    database: 'shop',
    id: ID,
    event: 'ended',
    key: 'k',
    fault: 'f',
  } as const;
  expect(auditLog([event()], [unreadable])).toMatchObject([
    { state: 'unreadable', exitCode: null, who: 'ops' },
  ]);
  expect(auditLog([], [unreadable])).toMatchObject([{ state: 'unreadable', who: null }]);
});

test('what the end alone knows is told: what was worked on, and what was overridden', () => {
  const more = { what: 'point x into y', overrides: ['--unproven'], identity: 'arn:aws:sts::1:user/u' };
  expect(auditLog([event(), ended(more)])).toMatchObject([more]);
});

test('holds are entries of their own, at the time when they were moved', () => {
  const of = { program: 'keeper', who: 'keeper' } as const;
  const held = event({ ...of, event: 'held', at: '2026-11-21T00:00:00.000Z' });
  const released = event({ ...of, event: 'released', at: '2026-11-22T00:00:00.000Z' });
  expect(auditLog([held, released, event(), ended()])).toMatchObject([
    { state: 'released', at: released.at, id: ID },
    { state: 'held', at: held.at, id: ID },
    { state: 'ended', program: 'backup' },
  ]);
});

test('runs of one id in two databases, or of two programs, stay apart; the newest comes first', () => {
  const others = [
    event({ database: 'orders' }),
    event({ program: 'drill' }),
    event({ id: '20261121T020000Z-000000' }),
  ];
  const entries = auditLog([event(), ended(), ...others]);
  expect(entries).toHaveLength(4);
  expect(entries[0]).toMatchObject({ id: '20261121T020000Z-000000' });
});
