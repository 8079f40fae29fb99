import type { DatabaseStatus, Status } from '../../../lib/contract/status';
import {
  headlineOf,
  objectivesOf,
  outcomeOf,
  stateOf,
  whyNotProven,
} from '../../../lib/operations/status/sentences';
import { restoreLine } from '../../../lib/operations/status/restore-line';
import { MADE_AT, sampleStatus } from '../../support/sample-status';

const [SHOP, BILLING, CRM] = sampleStatus().databases as [DatabaseStatus, DatabaseStatus, DatabaseStatus];
const unproven: DatabaseStatus = { ...SHOP, name: 'new', proven: null, drills: [] };
const of = (databases: DatabaseStatus[], more: Partial<Status> = {}): Status => ({
  ...sampleStatus(),
  problems: databases.flatMap(({ problems }) => problems),
  databases,
  ...more,
});
const [PROBLEM] = CRM.problems;
const ofInstallation = { ...PROBLEM!, database: null, severity: 'low' as const };

test.each([
  [of([]), 'There is no database here: nothing is backed up.', 'wrong'],
  [of([SHOP]), 'The database can be restored: it has a recovery point that a drill has proven.', 'good'],
  [
    of([SHOP, BILLING]),
    'All 2 databases can be restored: each has a recovery point that a drill has proven.',
    'good',
  ],
  [of([SHOP, BILLING, CRM]), '1 of 3 databases needs attention: crm.', 'wrong'],
  [of([SHOP, unproven]), '1 of 2 databases is not proven to be restorable: new.', 'wrong'],
  [
    of([SHOP], { problems: [ofInstallation] }),
    'The database can be restored, but the installation needs attention.',
    'look',
  ],
] as const)('the whole state in one sentence %#', (status, sentence, state) => {
  expect([headlineOf(status), stateOf(status)]).toEqual([sentence, state]);
});

test('what nobody proved is not good, and is said why', () => {
  expect(whyNotProven(unproven)).toBe('no drill has proven a recovery point that is still kept');
  expect(whyNotProven({ ...unproven, newest: null })).toBe('there is no recovery point');
  expect(whyNotProven({ ...CRM, proven: null })).toBe(
    'no drill has proven a recovery point that is still kept; 1 failed',
  );
  const objectives = { rpoHours: 26, provenWithinHours: null, rtoMinutes: 60 };
  expect(whyNotProven({ ...unproven, objectives })).toBe('no drills are asked for');
});

describe('promises stand beside what was measured', () => {
  const met = (database: DatabaseStatus) => objectivesOf(database, MADE_AT).map((each) => each.met);

  test('kept, and not kept', () => {
    expect(met(SHOP)).toEqual([true, true, true]);
    expect(objectivesOf(CRM, MADE_AT)).toMatchObject([
      { promised: 'at most 26 h (1 d 2 h) old', measured: '8 h 29 min old', met: true },
      { promised: 'at most 50 h (2 d 2 h) old', measured: '6 d 8 h old', met: false },
      { promised: 'within 1 h', met: true },
    ]);
    expect(met({ ...SHOP, proven: { ...SHOP.proven!, restoreSeconds: 3601 } })).toEqual([true, true, false]);
  });

  test('what is not there keeps no promise, and where nothing was promised nothing is broken', () => {
    expect(met({ ...SHOP, newest: null, proven: null })).toEqual([false, false, false]);
    expect(met({ ...SHOP, objectives: null })).toEqual([undefined, undefined, undefined]);
  });
});

test('a drill that proves nothing says why', () => {
  const [failed] = CRM.drills;
  expect(outcomeOf(failed!)).toBe('failed: 3 differences');
  expect(outcomeOf({ ...failed!, differences: 0, checksFailed: 1 })).toBe('failed: 1 check failed');
  expect(outcomeOf({ ...failed!, standing: 'unsigned' })).toBe('no proof: unsigned');
});

describe('the command that restores', () => {
  test('takes the proven point, in AWS by the task', () => {
    expect(restoreLine(sampleStatus(), CRM)).toBe(
      `backstop restore ${CRM.proven!.point} --database crm --target-database crm_restored --installation acme --in-aws`,
    );
  });

  test('takes the newest where nothing is proven, and quotes what a shell would read', () => {
    const folder: Status = { ...sampleStatus(), installation: null, store: "file:/back ups/$(id)'s" };
    expect(restoreLine(folder, { ...unproven, name: 'a.b-c' })).toBe(
      `backstop restore newest --database a.b-c --target-database a_b_c_restored --store 'file:/back ups/$(id)'\\''s' --to "$SERVER_URL"`,
    );
  });
});
