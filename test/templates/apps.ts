/** The apps whose templates must keep the rules: every example, every kind of network, and one with many databases. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { addGuardRules } from '../../lib/constructs/guard-rules';
import type { Settings, SettingsInput } from '../../lib/settings/schema';
import { defineSettings } from '../../lib/settings/settings';
import { composeStacks } from '../../lib/stacks/add-stacks';
import { DeployedApp, templatesOf } from '../policies/deployed-app';
import { SETTINGS as OF_POLICIES } from '../policies/installation';
import { newApp } from '../support/synthesize';

const EXAMPLES = path.resolve(__dirname, '../../examples');

const DATABASE = {
  connection: {
    host: 'db.example.com',
    database: 'app',
    user: 'backstop',
    password: { secret: 'backstop/app', field: 'password' },
  },
  keepDays: { daily: 30 },
} as const;

const databases = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`db-${index + 1}`, DATABASE]));

const app = (name: string, changes: Partial<SettingsInput> = {}): Settings =>
  defineSettings({ name, databases: databases(1), ...changes });

/** More than one stack of databases. */
export const MANY = 30;

const SETTINGS: Readonly<Record<string, Settings>> = {
  ...Object.fromEntries(
    readdirSync(EXAMPLES)
      .filter((file) => file.endsWith('.ts'))
      .map((file) => [
        `examples/${file}`,
        // eslint-disable-next-line @typescript-eslint/no-require-imports
        (require(path.join(EXAMPLES, file)) as { readonly default: Settings }).default,
      ]),
  ),
  'the installation of the table of permissions': OF_POLICIES,
  'fixed egress': app('egress', { network: { mode: 'fixed-egress' } }),
  'private network': app('private', { network: { mode: 'private' } }),
  [`${MANY} databases`]: app('many', {
    databases: databases(MANY),
    notifications: {
      emails: ['oncall@example.com'],
      webhooks: [{ secret: 'many/hook', format: 'generic' }],
    },
  }),
};

/** All of them in one app of CDK: its validation, and the rules of ours, cost seconds to start, and hold for each stack. */
export const APPS: readonly (readonly [string, DeployedApp])[] = (() => {
  const cdk = newApp();
  const stacks = Object.entries(SETTINGS).map(([name, settings]) => {
    const before = cdk.node.children.length;
    composeStacks(cdk, settings);
    return [name, cdk.node.children.slice(before).map(({ node }) => node.id)] as const;
  });
  addGuardRules(cdk);
  const templates = templatesOf(cdk);
  return stacks.map(([name, ids]) => {
    const own = ids.map((id) => [id, templates[id]!] as const);
    return [name, new DeployedApp(Object.fromEntries(own))] as const;
  });
})();

/** The app with the most of everything. */
export const LARGEST = APPS.find(([name]) => name === `${MANY} databases`)![1];
