/** Which stacks an installation has, and the rules that all of them must pass. */
import type { App } from 'aws-cdk-lib';
import { addGuardRules } from '../constructs/guard-rules';
import { guardrailsOf } from '../constructs/guardrails';
import type { Settings } from '../settings/schema';
import { ComputeStack } from './compute-stack';
import { DatabasesStack } from './databases-stack';
import { spreadDatabases, type Scheduled } from './spread-databases';
import { StorageStack } from './storage-stack';

/** The stacks, and the rules that each must pass: they cost seconds, at the synth of the app. */
export function addStacks(app: App, settings: Settings): void {
  composeStacks(app, settings);
  addGuardRules(app);
}

/**
 * Without account and region in the settings the stacks name none: they synthesize the same everywhere, without
 * credentials, and go where the credentials at deployment belong.
 */
export function composeStacks(app: App, settings: Settings): void {
  const { name, account, region } = settings;
  const props = { settings, env: { account, region } };
  const storage = new StorageStack(app, `${name}-storage`, props);
  const guardrails = guardrailsOf(storage.postgresBackups, storage.backupKey);
  const compute = new ComputeStack(app, `${name}-compute`, { ...props, guardrails });
  compute.addStackDependency(storage);
  spreadDatabases(scheduled(settings)).forEach((databases, index) => {
    const stack = new DatabasesStack(app, `${name}-databases-${index + 1}`, { ...props, databases });
    stack.addStackDependency(compute);
  });
}

function scheduled({ databases }: Settings): Scheduled[] {
  return Object.entries(databases).map(([name, { connection, schedule }]) => ({
    name,
    schedules: connection === 'elsewhere' ? 0 : 1 + schedule.seasons.length,
  }));
}
