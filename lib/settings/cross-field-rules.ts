/** Rules between fields: what fits its own field, and not the others. */
import { connectionFaults } from './connection-rules';
import type { BackedUpDatabase, KeptDatabase } from './database-schema';
import { drillCountFaults, drillFaults, drillImageFaults } from './drill-rules';
import { dumpFaults } from './dump-rules';
import type { Fault } from './faults';
import type { ComputeSettings } from './platform-schema';
import { scheduleFaults } from './schedule-rules';
import type { LockSettings } from './schema';
import { lockFaults, storageFaults } from './storage-rules';
import { taskFaults } from './task-rules';

/** S3 takes at most 1,000 lifecycle rules per bucket; two are the bucket's own. */
const LIFECYCLE_RULES_MAX = 998;

/** The parts of the settings that are well-formed; null where a part is not. */
export interface CheckedParts {
  readonly lock: LockSettings | null;
  readonly compute: ComputeSettings | null;
  readonly databases: Readonly<Record<string, BackedUpDatabase | null>>;
}

/** @param now changes of the clocks are looked for in its year and the next */
export function crossFieldFaults({ lock, compute, databases }: CheckedParts, now: Date): Fault[] {
  const wellFormed = Object.entries(databases).flatMap(([name, database]) =>
    database === null ? [] : [{ path: ['databases', name], database }],
  );
  return [
    ...ruleCountFaults(wellFormed.map(({ database }) => database)),
    ...drillCountFaults(wellFormed.map(({ database }) => database)),
    ...wellFormed.flatMap(({ path, database }) => [
      ...connectionFaults(path, database),
      ...scheduleFaults(path, database, now),
      ...(lock === null ? [] : lockFaults(path, database, lock)),
      ...storageFaults(path, database),
      ...dumpFaults(path, database),
      ...taskFaults(path, database),
      ...drillFaults(path, database, now),
      ...(compute === null ? [] : drillImageFaults(path, database, compute)),
    ]),
  ];
}

function ruleCountFaults(databases: readonly KeptDatabase[]): Fault[] {
  const count = databases.reduce((sum, { keepDays }) => sum + Object.keys(keepDays).length, 0);
  if (count <= LIFECYCLE_RULES_MAX) return [];
  return [
    {
      path: ['databases'],
      got: `${count} classes over all databases`,
      allowed: `at most ${LIFECYCLE_RULES_MAX}, because a bucket takes 1000 lifecycle rules`,
      hint: 'Make a second installation with a name of its own.',
    },
  ];
}
