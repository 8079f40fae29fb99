/** The parts of a pass: what each measured, and which could not be looked at. */
import pLimit from 'p-limit';
import type { AlarmName } from '../../contract/alarms';
import { Failure, messageOf } from '../../contract/failure';
import type { Unseen } from '../status/trouble';
import type { Measured, Measurement } from './measured';

const PARTS_AT_A_TIME = 8;

export interface Part {
  readonly database?: string;
  /** For messages. */
  readonly subject: string;
  /** Comes for its silence, too. */
  readonly alarm: AlarmName;
  readonly measure: () => Promise<Measured>;
}

export interface PartsSeen {
  readonly measured: readonly Measurement[];
  readonly unseen: readonly Unseen[];
}

/** @param publish each part's gauges as soon as they are known. @default - nowhere */
export async function measureParts(
  parts: readonly Part[],
  publish: (measurement: Measurement) => void = () => undefined,
): Promise<PartsSeen> {
  const measured: Measurement[] = [];
  const unseen: Unseen[] = [];
  await pLimit(PARTS_AT_A_TIME).map(parts, async ({ database, subject, alarm, measure }) => {
    try {
      const measurement = { database, gauges: await measure() };
      publish(measurement);
      measured.push(measurement);
    } catch (error) {
      unseen.push({ ...(database !== undefined && { database }), subject, alarm, error });
    }
  });
  return { measured, unseen };
}

/** Of one database, or of the installation where it is undefined. */
export function gaugesOf({ measured }: PartsSeen, database: string | undefined): Measured {
  const own = measured.filter((measurement) => measurement.database === database);
  return Object.assign({}, ...own.map(({ gauges }) => gauges)) as Measured;
}

/** @throws Failure `store-failed` that names what could not be looked at */
export function demandAllSeen(unseen: readonly Pick<Unseen, 'subject' | 'error'>[], parts: number): void {
  const [first] = unseen;
  if (first === undefined) return;
  throw new Failure(
    'store-failed',
    `Could not look at ${unseen.length} of ${parts}: ${unseen
      .map(({ subject, error }) => `${subject}: ${messageOf(error)}`)
      .join(' · ')}`,
    { hint: 'What is missing shows as silence, which alarms.', cause: first.error },
  );
}
