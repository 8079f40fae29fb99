/** What a settings file promises, for verbs that compare it with what is. */
import { hasDrills } from '../contract/drill-schedule';
import { limitsOf } from '../contract/limits';
import { vanishingRulesOf } from '../contract/monitor-config';
import type { ToldInstallation } from '../operations/status/live-status';
import { loadSettings } from '../settings/load';

/** @throws Failure `usage` where the file does not load or its settings have faults */
export function toldBySettings(file: string): ToldInstallation {
  const { name, notifications, databases } = loadSettings(file).settings;
  const told = Object.entries(databases).map(([database, settings]) => {
    const { schedule, drill, alarms } = settings;
    const drills = hasDrills(settings) ? { expectedMinutes: drill.expectedMinutes } : null;
    const vanishing = vanishingRulesOf(alarms);
    return [database, { schedule, drills, limits: limitsOf(settings), vanishing }] as const;
  });
  return {
    installation: name,
    contacts: notifications.contacts.map(({ when, who, how }) => `${when}: ${who}, ${how}`),
    databases: Object.fromEntries(told),
    runbookUrl: notifications.runbookUrl,
  };
}
