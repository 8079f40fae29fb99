/** The stacks together: how they hold together without references, and how large they become. */
import { statSync } from 'node:fs';
import type { CloudFormationStackArtifact } from 'aws-cdk-lib/cx-api';
import { defineSettings } from '../../lib/settings/settings';
import type { SettingsInput } from '../../lib/settings/schema';
import { composeStacks } from '../../lib/stacks/add-stacks';
import { newApp } from '../support/synthesize';

type DatabaseInput = SettingsInput['databases'][string];

interface SynthesizedTemplate {
  readonly Resources: Readonly<
    Record<string, { readonly Type: string; readonly Properties: Record<string, unknown> }>
  >;
  readonly Outputs: Readonly<Record<string, unknown>>;
}

const REACHED: DatabaseInput = {
  connection: { host: 'db.example.com', database: 'app', user: 'backstop', password: { secret: 'acme/app' } },
  keepDays: { hourly: 7, daily: 30, weekly: 56, monthly: 400 },
};
const ELSEWHERE: DatabaseInput = { ...REACHED, connection: 'elsewhere' };
/** Onto a server: its secret, too, is a right of the start that the drills of a stack share. */
const DRILLED_ON_SERVER = (name: string): DatabaseInput => ({
  ...REACHED,
  drill: {
    target: { secret: `acme/${name}/drill` },
    checks: [{ name: 'orders', sql: `select '${'x'.repeat(7900)}'` }],
  },
});

const many = (count: number, database: DatabaseInput) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`db${index + 1}`, database]));

/** Else synth would warn in each test. */
const TOLD = {
  emails: ['oncall@example.com'],
  contacts: [{ when: 'any alarm', who: 'on call', how: 'oncall@example.com' }],
};

/** Without validation, which test/stacks/storage-stack.test.ts has on. */
function stacksOf(databases: Record<string, DatabaseInput>): Map<string, CloudFormationStackArtifact> {
  const app = newApp();
  composeStacks(app, defineSettings({ name: 'acme', notifications: TOLD, databases }));
  return new Map(app.synth().stacks.map((stack) => [stack.stackName, stack]));
}

const templateOf = (stack: CloudFormationStackArtifact | undefined) => stack?.template as SynthesizedTemplate;

function typesIn(stack: CloudFormationStackArtifact | undefined): string[] {
  return Object.values(templateOf(stack).Resources).map(({ Type }) => Type);
}

const SEASONS = [
  { months: [6, 7], cron: '0 */6 * * *' },
  { months: [12], cron: '0 */4 * * *' },
];

describe('a hundred databases, each with two seasons', () => {
  const stacks = stacksOf(many(100, { ...REACHED, schedule: { seasons: SEASONS } }));

  test('lie in stacks of 17', () => {
    expect([...stacks.keys()].sort()).toEqual([
      'acme-compute',
      'acme-databases-1',
      'acme-databases-2',
      'acme-databases-3',
      'acme-databases-4',
      'acme-databases-5',
      'acme-databases-6',
      'acme-storage',
    ]);
    const types = typesIn(stacks.get('acme-databases-5'));
    const count = (wanted: string) => types.filter((type) => type === wanted).length;
    expect({
      tasks: count('AWS::ECS::TaskDefinition'),
      schedules: count('AWS::Scheduler::Schedule'),
      rules: count('AWS::Events::Rule'),
      alarms: count('AWS::CloudWatch::Alarm'),
    }).toEqual({ tasks: 17 * 2, schedules: 17 * 3, rules: 17, alarms: 17 * 10 });
  });

  keepsWithinLimits(stacks, 700_000);
});

describe('as many databases as fit into a stack, with long names, and all that drills may ask for', () => {
  const databases = Array.from({ length: 18 }, (_, index) => {
    const name = `${'long-'.repeat(5)}${String(index).padStart(2, '0')}`;
    return [name, { ...DRILLED_ON_SERVER(name), schedule: { seasons: SEASONS } }] as const;
  });
  keepsWithinLimits(stacksOf(Object.fromEntries(databases)), 1_000_000);
});

/** @param templateBytes a template may have a megabyte */
function keepsWithinLimits(
  stacks: ReadonlyMap<string, CloudFormationStackArtifact>,
  templateBytes: number,
): void {
  test.each([...stacks.keys()])(
    '%s stays below 470 resources, of the 500 that CloudFormation takes',
    (name) => {
      expect(typesIn(stacks.get(name)).length).toBeLessThan(470);
    },
  );

  test.each([...stacks.keys()])('%s stays below the megabyte that a template may have', (name) => {
    expect(statSync(stacks.get(name)!.templateFullPath).size).toBeLessThan(templateBytes);
  });

  test.each([...stacks.keys()])(
    '%s: no policy of a role comes near the 10,240 characters that IAM takes',
    (name) => {
      for (const { Type, Properties } of Object.values(templateOf(stacks.get(name)).Resources)) {
        if (Type !== 'AWS::IAM::Policy') continue;
        expect(Properties).not.toHaveProperty('ManagedPolicyName');
        expect(resolvedLength(Properties['PolicyDocument'])).toBeLessThan(8_000);
      }
    },
  );
}

/** As long as it becomes, with the longest names there are for what only the deployment knows. */
function resolvedLength(policy: unknown): number {
  const text = JSON.stringify(policy);
  return text
    .replaceAll(/\{"Ref":"AWS::(Partition|Region|AccountId)"\}/g, '"x-southeast-15"')
    .replaceAll(/\{"Fn::Join":\["",\[(.*?)\]\]\}/g, (_, parts: string) => parts.replaceAll('","', ''))
    .replaceAll(/\{"(Ref|Fn::GetAtt)":.*?\}/g, 'x'.repeat(100)).length;
}

test('no stack refers to another one: none is held by what another one uses', () => {
  for (const stack of stacksOf(many(2, REACHED)).values()) {
    const text = JSON.stringify(stack.template);
    expect(text).not.toContain('Fn::ImportValue');
    expect(text).not.toContain('Fn::GetStackOutput');
  }
});

test('storage is deployed first, then compute, then the databases', () => {
  const stacks = stacksOf(many(1, REACHED));
  const needs = (name: string) =>
    stacks
      .get(name)
      ?.dependencies.map(({ id }) => id)
      .filter((id) => stacks.has(id));
  expect(needs('acme-storage')).toEqual([]);
  expect(needs('acme-compute')).toEqual(['acme-storage']);
  expect(needs('acme-databases-1')).toContain('acme-compute');
});

test('a deployment tells whom to call', () => {
  const { Outputs } = templateOf(stacksOf(many(1, ELSEWHERE)).get('acme-compute'));
  expect(Outputs['Contacts']).toMatchObject({ Value: 'any alarm: on call, oncall@example.com' });
});

test('with every database elsewhere and without drills there is no task and no image to build, but alarms and a cluster', () => {
  const stacks = stacksOf(many(2, { ...ELSEWHERE, drill: { when: 'never' } }));
  const types = [...stacks.values()].flatMap((stack) => typesIn(stack));
  expect(types).not.toContain('AWS::ECS::TaskDefinition');
  expect(types).not.toContain('AWS::Scheduler::Schedule');
  expect(types).toEqual(expect.arrayContaining(['AWS::CloudWatch::Alarm', 'AWS::ECS::Cluster']));
  expect(typesIn(stacks.get('acme-databases-1'))).toContain('AWS::CloudWatch::Alarm');
});

test('a database that moves to another stack clashes with nothing there: names are those of its stack, or none', () => {
  const first = stacksOf(many(1, REACHED)).get('acme-databases-1');
  const moved = stacksOf({ ...many(18, ELSEWHERE), db19: REACHED });
  const names = (stack: CloudFormationStackArtifact | undefined) =>
    Object.values(templateOf(stack).Resources)
      .filter(({ Type }) => Type !== 'AWS::ECS::TaskDefinition' && Type !== 'AWS::IAM::Policy')
      .flatMap(({ Properties }) =>
        Object.entries(Properties).filter(
          ([key]) => /^(\w*Name)$/.test(key) && key !== 'GroupName' && !/Metric/.test(key),
        ),
      )
      .map(([, value]) => String(value));
  expect(names(moved.get('acme-databases-2')).filter((name) => names(first).includes(name))).toEqual([]);
});

test('tasks need no default security group: each placement names its own', () => {
  const template = templateOf(stacksOf(many(1, REACHED)).get('acme-databases-1'));
  const [schedule] = Object.values(template.Resources).filter(
    ({ Type }) => Type === 'AWS::Scheduler::Schedule',
  );
  expect(JSON.stringify(schedule)).toContain('SecurityGroups');
});
