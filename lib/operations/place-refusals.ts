/**
 * When a recovery point may not take the place of a database that is there. Each refusal has a switch of its own, and
 * what was overridden stands in the audit. Pure.
 */
import { humanSeconds } from '../contract/human';
import type { Manifest } from '../contract/manifest';

export const OVERRIDES = [
  'old',
  'unproven',
  'other-system',
  'lost-owners',
  'lost-settings',
  'differences',
  'failed-checks',
] as const;
export type Override = (typeof OVERRIDES)[number];

export interface Refusal {
  readonly override: Override;
  readonly message: string;
}

export interface PlaceFacts {
  readonly manifest: Pick<Manifest, 'id' | 'database' | 'sourceDatabase' | 'snapshotAt' | 'server'>;
  /** The database whose place it is to take. */
  readonly name: string;
  readonly systemIdentifier: string | null;
  /** Whether believed evidence proves it; `unknown` where it is not said whose evidence is believed. */
  readonly proven: 'proven' | 'unproven' | 'unknown';
  /** To whom else things belong, or who else has privileges, and would have none: nobody asked for that. */
  readonly lostOwners: readonly string[];
  readonly maxAgeHours: number;
  readonly now: Date;
}

/** In the order in which an operator should think of them. */
export function placeRefusals(facts: PlaceFacts): Refusal[] {
  return [...anotherSystem(facts), ...tooOld(facts), ...notProven(facts), ...ownersLost(facts)];
}

function anotherSystem({ manifest, name, systemIdentifier }: PlaceFacts): Refusal[] {
  const { sourceDatabase, server, database, id } = manifest;
  const override = 'other-system';
  if (sourceDatabase !== name)
    return [
      {
        override,
        message: `${database} ${id} is a backup of the database ${sourceDatabase}, not of ${name}.`,
      },
    ];
  const known = server.systemIdentifier !== null && systemIdentifier !== null;
  if (!known || server.systemIdentifier === systemIdentifier) return [];
  return [
    {
      override,
      message: `${database} ${id} is a backup of another server: its system identifier is ${server.systemIdentifier}, that of the target ${systemIdentifier}. A copy of production and a staging server often have databases of one name.`,
    },
  ];
}

/** What an operator must look at himself: some providers hide the identifier, and a database's name alone says little. */
export function systemNote({ manifest, systemIdentifier }: PlaceFacts): string | undefined {
  const { server, database, id } = manifest;
  if (server.systemIdentifier !== null && systemIdentifier !== null) return undefined;
  const hidden = [
    ...(server.systemIdentifier === null ? ['the server that was backed up'] : []),
    ...(systemIdentifier === null ? ['the target'] : []),
  ];
  return `Whether ${database} ${id} is a backup of this server is not known: ${hidden.join(' and ')} did not tell its system identifier. Look that it is not another one's.`;
}

function tooOld({ manifest, maxAgeHours, now }: PlaceFacts): Refusal[] {
  const ageSeconds = (now.getTime() - Date.parse(manifest.snapshotAt)) / 1000;
  if (ageSeconds <= maxAgeHours * 3600) return [];
  return [
    {
      override: 'old',
      message: `${manifest.database} ${manifest.id} is as of ${manifest.snapshotAt}: ${humanSeconds(ageSeconds)} old, and --max-age-hours is ${maxAgeHours}. All that was written since would be gone from ${manifest.sourceDatabase}.`,
    },
  ];
}

function notProven({ manifest, proven }: PlaceFacts): Refusal[] {
  if (proven === 'proven') return [];
  const why =
    proven === 'unknown'
      ? 'it is not said whose evidence is believed (--evidence-key or --evidence-signer)'
      : 'no evidence of a drill that is believed says so';
  return [
    {
      override: 'unproven',
      message: `${manifest.database} ${manifest.id} is not proven restorable: ${why}.`,
    },
  ];
}

function ownersLost({ manifest, name, lostOwners }: PlaceFacts): Refusal[] {
  if (lostOwners.length === 0) return [];
  const { database, id } = manifest;
  return [
    {
      override: 'lost-owners',
      message: `Who is no superuser restores ${database} ${id} without owners and privileges: ${lostOwners.join(', ')} would have none in ${name}.`,
    },
  ];
}

/** What still stands in the way, and which of the overrides were needed. */
export function weigh(
  refusals: readonly Refusal[],
  allowed: readonly Override[],
): { readonly standing: readonly Refusal[]; readonly overridden: readonly Override[] } {
  return {
    standing: refusals.filter(({ override }) => !allowed.includes(override)),
    overridden: refusals.map(({ override }) => override).filter((override) => allowed.includes(override)),
  };
}
