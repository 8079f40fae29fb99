/** Which stacks an installation has, and the rules that all of them must pass. */
import type { App } from 'aws-cdk-lib';
import { addGuardRules } from '../constructs/guard-rules';
import type { Settings } from '../settings/schema';
import { StorageStack } from './storage-stack';

/**
 * Without account and region in the settings the stacks name none: they synthesize the same everywhere, without
 * credentials, and go where the credentials at deployment belong.
 */
export function addStacks(app: App, settings: Settings): void {
  const { account, region } = settings;
  new StorageStack(app, `${settings.name}-storage`, { settings, env: { account, region } });
  addGuardRules(app);
}
