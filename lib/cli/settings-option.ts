/** `--settings`: what was promised of each database, where a settings file is at hand. */
import { existsSync } from 'node:fs';
import { Option } from 'commander';
import { hasDrills, provenObjectiveHours } from '../contract/drill-schedule';
import { objectiveHours } from '../contract/schedule';
import type { Objectives } from '../operations/compliance/gathered';
import { DEFAULT_FILE, loadSettings } from '../settings/load';
import type { Settings } from '../settings/schema';

export const settingsOption = () =>
  new Option('--settings <path>', `the settings file; default: ${DEFAULT_FILE}, where there is one`);

/** @returns undefined where no file is named, and none is here. @throws Failure `usage`, see loadSettings */
export function settingsIfThere(file: string | undefined): Settings | undefined {
  return file === undefined && !existsSync(DEFAULT_FILE) ? undefined : loadSettings(file).settings;
}

export function objectivesOf({ databases }: Settings): Readonly<Record<string, Objectives>> {
  const entries = Object.entries(databases).map(([name, database]) => {
    const { schedule, rtoMinutes } = database;
    const provenWithinHours = hasDrills(database) ? provenObjectiveHours(database) : null;
    return [name, { schedule, rtoMinutes, rpoHours: objectiveHours(database), provenWithinHours }] as const;
  });
  return Object.fromEntries(entries);
}
