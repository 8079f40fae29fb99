/** What the five systems promise to those who wait for them, by disaster. */
import cleaning from '../../../examples/cleaning';
import deltacrown from '../../../examples/deltacrown';
import gameready from '../../../examples/gameready';
import offsitePlan from '../../../examples/offsite-plan';
import peakops from '../../../examples/peakops';
import type { Disaster, DisasterName } from './disaster';

export interface Target {
  readonly system: string;
  readonly rpoHours: number;
  readonly rtoMinutes: number;
}

const SYSTEMS = { gameready, 'offsite-plan': offsitePlan, cleaning, peakops, deltacrown };

/** Where a system names another time for it than its shortest one, which stands in its settings. */
const OTHER_MINUTES: Readonly<Record<string, Partial<Record<DisasterName, number>>>> = {
  peakops: { 'bucket-emptied': 480, 'provider-outage': 480 },
  deltacrown: { 'server-lost': 30, 'provider-outage': 120, 'bucket-emptied': 120 },
};

export function targetsOf(disaster: DisasterName): Target[] {
  return Object.entries(SYSTEMS).map(([system, { databases }]) => {
    const [database] = Object.values(databases);
    if (database?.rtoMinutes === undefined || database.rpoHours === undefined)
      throw new TypeError(`${system} has no objectives.`);
    const { rpoHours, rtoMinutes } = database;
    return { system, rpoHours, rtoMinutes: OTHER_MINUTES[system]?.[disaster] ?? rtoMinutes };
  });
}

/** What is not kept, in words. */
export function missed(
  { name, lossIsTold }: Pick<Disaster, 'name' | 'lossIsTold'>,
  measured: { readonly lossSeconds: number; readonly recoverySeconds: number },
): string[] {
  const isLost = (rpoHours: number) => lossIsTold !== true && measured.lossSeconds > rpoHours * 3600;
  return targetsOf(name).flatMap(({ system, rpoHours, rtoMinutes }) => [
    ...(isLost(rpoHours) ? [`${system}: more than ${rpoHours} h are lost`] : []),
    ...(measured.recoverySeconds > rtoMinutes * 60 ? [`${system}: longer than ${rtoMinutes} min`] : []),
  ]);
}
