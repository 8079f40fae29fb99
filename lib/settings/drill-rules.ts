/** Drills that can be kept: their times, what they promise, the disk they need, and an image to run. */
import { hasDrills, neededProvenHours } from '../contract/drill-schedule';
import type { BackedUpDatabase } from './database-schema';
import { storedPart } from './database-cost';
import type { Fault, Path } from './faults';
import type { ComputeSettings } from './platform-schema';
import { isKept, timesFaults } from './schedule-rules';
import { taskFaults } from './task-rules';

/**
 * A bus takes 300 rules (docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html); each database with drills after its
 * backups has one, and the rest is for our programs and yours.
 */
const DRILL_RULES_MAX = 250;
/** A template of eighteen databases may take a megabyte. */
const CHECKS_BYTES_MAX = 8000;
/** Indexes are not in a dump: a restored database may be larger than the one that was measured. */
const RESTORED_PART = 1.3;
const GIGABYTES_PER_GIB = 1.073741824;

/** @param now times that clocks jump over are looked for in its year and the next */
export function drillFaults(path: Path, database: BackedUpDatabase, now: Date): Fault[] {
  if (!hasDrills(database)) return [];
  const at = [...path, 'drill'];
  return [
    ...drillTimesFaults(at, database, now),
    ...promiseFaults(at, database),
    ...taskFaults(at, database.drill),
    ...diskFaults(at, database),
    ...checksFaults(at, database),
  ];
}

function drillTimesFaults(at: Path, { drill: { when } }: BackedUpDatabase, now: Date): Fault[] {
  return typeof when === 'string' ? [] : timesFaults([...at, 'when'], { ...when, seasons: [] }, now);
}

function promiseFaults(at: Path, database: BackedUpDatabase): Fault[] {
  const { schedule, drill } = database;
  const { when, provenWithinHours } = drill;
  const isClear = isKept(schedule) && (typeof when === 'string' || isKept({ ...when, seasons: [] }));
  if (provenWithinHours === undefined || !isClear) return [];
  const needed = neededProvenHours(database);
  if (provenWithinHours >= needed) return [];
  const wait = typeof when === 'string' ? '' : ' + the longest interval of drills + their flexibleMinutes';
  return [
    {
      path: [...at, 'provenWithinHours'],
      got: `${provenWithinHours}`,
      allowed: `at least ${Math.ceil(needed * 100) / 100}: what backups need${wait} + expectedMinutes ${drill.expectedMinutes}`,
      hint: 'Accept an older proof, drill more often, or lower expectedMinutes.',
    },
  ];
}

/** Where the settings say how large the database is. On a server there is the dump alone. */
function diskFaults(at: Path, { databaseGigabytes, dump, drill }: BackedUpDatabase): Fault[] {
  if (databaseGigabytes === undefined) return [];
  const isThrowAway = drill.target === 'throw-away';
  const dumped = databaseGigabytes * storedPart(dump);
  const restored = isThrowAway ? databaseGigabytes * RESTORED_PART : 0;
  const neededGiB = Math.ceil((dumped + restored) / GIGABYTES_PER_GIB);
  const { ephemeralStorageGiB } = drill.task;
  if (neededGiB <= ephemeralStorageGiB) return [];
  const parts = [
    `${round(dumped)} GB of dump`,
    ...(isThrowAway ? [`${round(restored)} GB of restored database`] : []),
  ];
  return [
    {
      path: [...at, 'task', 'ephemeralStorageGiB'],
      got: `${ephemeralStorageGiB} with databaseGigabytes ${databaseGigabytes}`,
      allowed: `at least ${neededGiB}: ${parts.join(' and ')}`,
      hint:
        neededGiB <= 200
          ? `Take ${neededGiB}.`
          : isThrowAway
            ? "Fargate has at most 200: restore onto a server by drill.target, or set drill.when to 'never'."
            : "Fargate has at most 200: set drill.when to 'never', and drill on a machine of your own.",
    },
  ];
}

function round(gigabytes: number): number {
  return Math.round(gigabytes * 10) / 10;
}

function checksFaults(at: Path, { drill: { checks } }: BackedUpDatabase): Fault[] {
  /** As they stand there: JSON within JSON. */
  const bytes = Buffer.byteLength(JSON.stringify(JSON.stringify(checks)));
  if (bytes <= CHECKS_BYTES_MAX) return [];
  return [
    {
      path: [...at, 'checks'],
      got: `${bytes} bytes`,
      allowed: `at most ${CHECKS_BYTES_MAX} as they stand in a template, which takes no more`,
      hint: 'Put long queries into views of the database.',
    },
  ];
}

/** Whoever has `compute.images` wants nothing built; and an image that nothing is built from would be left out in silence. */
export function drillImageFaults(
  path: Path,
  { major, drill }: BackedUpDatabase,
  { images, drillImages }: ComputeSettings,
): Fault[] {
  if (drill.when === 'never') return [];
  const given = (byMajor: ComputeSettings['images']) => Object.hasOwn(byMajor, major);
  const fault = (got: string, allowed: string, hint: string): Fault => ({
    path: [...path, 'drill', 'image'],
    got,
    allowed,
    hint,
  });
  const faults: (Fault | false)[] = [
    drill.target === 'throw-away' &&
      given(images) &&
      !given(drillImages) &&
      fault(
        `compute.images.${major} without compute.drillImages.${major}`,
        'both or neither: an image of drills would have to be built',
        "Build it with --target drill and name it in compute.drillImages, or set drill.when to 'never'.",
      ),
    drill.image !== undefined &&
      given(drillImages) &&
      fault(
        `an image, with compute.drillImages.${major}`,
        'one of them: nothing is built from the one where the other is there',
        'Build compute.drillImages from it, then leave it out.',
      ),
    drill.image !== undefined &&
      drill.target !== 'throw-away' &&
      fault('an image, with a server as target', 'throw-away servers only', 'The server has its extensions.'),
  ];
  return faults.filter((each) => each !== false);
}

export function drillCountFaults(databases: readonly BackedUpDatabase[]): Fault[] {
  const count = databases.filter(({ drill: { when } }) => when === 'after-backup').length;
  if (count <= DRILL_RULES_MAX) return [];
  return [
    {
      path: ['databases'],
      got: `${count} databases with drills after each backup`,
      allowed: `at most ${DRILL_RULES_MAX}, because EventBridge takes 300 rules`,
      hint: 'Give some of them a drill.when with a cron.',
    },
  ];
}
