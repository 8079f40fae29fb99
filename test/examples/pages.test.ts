/** Each need of the five systems has an answer on a page, and the figures on the pages are those of the settings. */
import cleaning from '../../examples/cleaning';
import deltacrown from '../../examples/deltacrown';
import gameready from '../../examples/gameready';
import offsitePlan from '../../examples/offsite-plan';
import peakops from '../../examples/peakops';
import { DRILL_ALARMS } from '../../lib/contract/alarms';
import { neededHours } from '../../lib/contract/schedule';
import type { BackedUpDatabase } from '../../lib/settings/database-schema';
import type { Settings } from '../../lib/settings/schema';
import { read, tableRows } from '../docs/markdown';
import { COMMON_NEEDS, OWN_NEEDS, SYSTEMS, type System } from './needs';

const SETTINGS: Readonly<Record<System, Settings>> = {
  gameready,
  'offsite-plan': offsitePlan,
  cleaning,
  peakops,
  deltacrown,
};
const STATES = ['works', 'in part', 'to come', 'yours'];
const FEATURES = read('docs/examples/features.md');

const pageOf = (system: System) => read(`docs/examples/${system}.md`);

function onlyDatabase(system: System): BackedUpDatabase {
  const [database] = Object.values(SETTINGS[system].databases);
  if (database === undefined) throw new Error(`${system} has no database`);
  return database;
}

describe.each(SYSTEMS)('%s', (system) => {
  test('its page answers each figure and each step of its runbook', () => {
    const page = pageOf(system);
    expect(firstCells(page, 'In figures')).toEqual(OWN_NEEDS[system].figures);
    expect(firstCells(page, 'Step by step')).toEqual(OWN_NEEDS[system].steps);
    expect(unanswered(page, 'Step by step')).toEqual([]);
  });

  test('the figures on its page are those of its settings', () => {
    const { schedule, keepDays, rpoHours, rtoMinutes, dump, drill } = onlyDatabase(system);
    const set = tableRows(pageOf(system), 'In figures')
      .map(([, cell]) => cell)
      .join('\n');
    const stated = [
      `\`${schedule.cron}\` ${schedule.timeZone}, started at most ${schedule.flexibleMinutes} minutes later`,
      ...schedule.seasons.map(({ cron }) => `\`${cron}\``),
      ...Object.entries(keepDays).map(([name, days]) => `\`${name}\` ${days} days`),
      `\`rpoHours\` ${rpoHours}`,
      `\`rtoMinutes\` ${rtoMinutes}`,
      `\`${dump.format}\``,
      typeof drill.when === 'string'
        ? `\`drill.when\` \`${drill.when}\``
        : `\`drill.when\` \`${drill.when.cron}\` ${drill.when.timeZone}`,
    ];
    expect(stated.filter((text) => !set.includes(text))).toEqual([]);
  });

  test('its RPO holds a whole interval, its window and the run', () => {
    const { schedule, rpoHours } = onlyDatabase(system);
    expect(neededHours(schedule)).toBeLessThanOrEqual(rpoHours ?? 0);
  });
});

test.each(Object.entries(COMMON_NEEDS))('%s: each need has an answer and a state', (heading, needs) => {
  expect(firstCells(FEATURES, heading)).toEqual(needs);
  expect(unanswered(FEATURES, heading)).toEqual([]);
});

test('what another region, Redis and media buckets would answer is to come', () => {
  const pages = [FEATURES, ...SYSTEMS.map(pageOf)];
  const headings = [...Object.keys(COMMON_NEEDS), 'Step by step'];
  const rows = pages.flatMap((page) => headings.flatMap((heading) => rowsOf(page, heading)));
  const early = rows.filter(
    ([, answer = '', state]) => /^(replica|Redis|media buckets)$/.test(answer) && state !== 'to come',
  );
  expect(rows.length).toBeGreaterThan(100);
  expect(early).toEqual([]);
});

test('nothing that a drill answers is still to come, and each alarm of drills is named', () => {
  const pages = [FEATURES, ...SYSTEMS.map(pageOf)].join('\n');
  expect(pages).not.toMatch(/drill \(to come\)|\| the drill +\|/);
  expect(DRILL_ALARMS.filter((alarm) => !FEATURES.includes(alarm))).toEqual([]);
});

function firstCells(page: string, heading: string): (string | undefined)[] {
  return tableRows(page, heading).map(([need]) => need);
}

/** Rows without an answer, or with a state that the page does not explain. */
function unanswered(page: string, heading: string): string[][] {
  return rowsOf(page, heading).filter(([, answer, state]) => answer === '' || !STATES.includes(state ?? ''));
}

function rowsOf(page: string, heading: string): string[][] {
  return page.includes(`# ${heading}\n`) ? tableRows(page, heading) : [];
}
