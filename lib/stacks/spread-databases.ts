/** CloudFormation takes 500 resources per stack: room is left for those that a stack has once, and for another alarm. */
const RESOURCES_PER_STACK = 440;
/** With tasks and alarms, but for its schedules: one, and one more for each season. */
const RESOURCES_PER_DATABASE = 22;
const DATABASES_PER_STACK = 18;
const SCHEDULES_PER_STACK = 60;

/** A database with a task, and how many schedules start it. */
export interface Scheduled {
  readonly name: string;
  readonly schedules: number;
}

/**
 * Groups of databases, a stack each, in the order given: one that is appended changes no group but the last. One that
 * is removed moves those after it, which costs nothing, because what belongs to a database has no name that could clash.
 */
export function spreadDatabases(databases: readonly Scheduled[]): string[][] {
  const groups: Scheduled[][] = [];
  for (const database of databases) {
    const last = groups.at(-1);
    if (last !== undefined && fits([...last, database])) last.push(database);
    else groups.push([database]);
  }
  return groups.map((group) => group.map(({ name }) => name));
}

function fits(group: readonly Scheduled[]): boolean {
  const schedules = group.reduce((sum, database) => sum + database.schedules, 0);
  return (
    group.length <= DATABASES_PER_STACK &&
    schedules <= SCHEDULES_PER_STACK &&
    group.length * RESOURCES_PER_DATABASE + schedules <= RESOURCES_PER_STACK
  );
}
