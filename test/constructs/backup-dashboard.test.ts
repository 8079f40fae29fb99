import { Template } from 'aws-cdk-lib/assertions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { BackupDashboard } from '../../lib/constructs/backup-dashboard';
import { SystemAlarms } from '../../lib/constructs/system-alarms';
import { TaskCluster } from '../../lib/constructs/task-cluster';
import { ALARMS } from '../../lib/contract/alarms';
import type { SettingsInput } from '../../lib/settings/schema';
import { defineSettings } from '../../lib/settings/settings';
import { MINIMAL, newStack } from '../support/synthesize';

interface Widget {
  readonly type: string;
  readonly properties: {
    readonly title?: string;
    readonly markdown?: string;
    readonly alarms?: readonly unknown[];
    readonly metrics?: readonly (readonly unknown[])[];
    readonly annotations?: { readonly horizontal: readonly { readonly value: number }[] };
  };
}

function dashboardOf(changes: Partial<SettingsInput>): { readonly [property: string]: unknown } {
  const settings = defineSettings({ ...MINIMAL, ...changes });
  const stack = newStack();
  const alarms = new SystemAlarms(stack, 'Alarms', {
    installation: 'test',
    topic: new Topic(stack, 'Topic'),
    runbookUrl: 'docs/runbook.md',
    tasks: new TaskCluster(stack, 'Tasks', { installation: 'test' }),
    webhookQueue: undefined,
  });
  new BackupDashboard(stack, 'Dashboard', { settings, alarms });
  const template = Template.fromStack(stack);
  const [dashboard] = Object.values(template.findResources('AWS::CloudWatch::Dashboard'));
  return dashboard!['Properties'] as { readonly [property: string]: unknown };
}

function widgetsOf(changes: Partial<SettingsInput>): Widget[] {
  const { DashboardBody } = dashboardOf(changes);
  const parts = (DashboardBody as { readonly 'Fn::Join': readonly [string, unknown[]] })['Fn::Join'][1];
  const text = parts.map((part) => (typeof part === 'string' ? part : 'deployed')).join('');
  return (JSON.parse(text) as { readonly widgets: Widget[] }).widgets;
}

function graphsWithLines(widgets: readonly Widget[]): Record<string, number[]> {
  const graphs = widgets.flatMap(({ properties: { title, annotations } }): [string, number[]][] =>
    annotations === undefined ? [] : [[title ?? '', annotations.horizontal.map(({ value }) => value)]],
  );
  return Object.fromEntries(graphs);
}

const database = { connection: 'elsewhere', keepDays: { daily: 30 } } as const;
/** Beyond 250 with the same drills no bus would have room for their rules. */
const manyDatabases = (count: number) => {
  const drilled = count > 250 ? { ...database, drill: { when: { cron: '0 6 * * 1' } } } : database;
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`db-${index + 1}`, drilled]));
};

test('its name carries the region: dashboards belong to an account, which may hold the installation in several', () => {
  const { DashboardName } = dashboardOf({});
  expect(DashboardName).toEqual({ 'Fn::Join': ['', ['test-', { Ref: 'AWS::Region' }]] });
});

test('one database has its age, failures, size, durations and proof, and the objectives as lines', () => {
  const widgets = widgetsOf({ databases: { shop: { ...database, rpoHours: 36 } } });
  const graphs = widgets.filter(({ type }) => type === 'metric').map(({ properties }) => properties.title);
  expect(graphs).toEqual([
    'Monitor passes',
    'Age of the newest recovery point, hours',
    'Runs that failed, never began or are stuck',
    'Stored bytes',
    'Size divided by the usual size',
    'Duration of the newest backup, seconds',
    'Tables that lost most of their rows',
    'Stored bytes of all recovery points',
    'Age of the newest proven recovery point, hours',
    'Drills that failed, were stopped or are stuck',
    'Restore in the newest drill that proved a point, seconds',
  ]);
  const lines = graphsWithLines(widgets);
  expect(lines).toEqual({
    'Monitor passes': [1],
    'Age of the newest recovery point, hours': [36],
    'Age of the newest proven recovery point, hours': [37],
    'Restore in the newest drill that proved a point, seconds': [14_400],
  });
});

test('a database without drills has no line in their graphs, and nobody at all has no such graph', () => {
  const never = { ...database, drill: { when: 'never' } } as const;
  const drillGraphs = (databases: SettingsInput['databases']) =>
    widgetsOf({ databases }).filter(({ properties: { title } }) => /drill|proven/i.test(title ?? ''));
  expect(drillGraphs({ web: never })).toEqual([]);
  const text = JSON.stringify(drillGraphs({ shop: database, web: never }));
  expect(text).toContain('"shop"');
  expect(text).not.toContain('"web"');
});

test('every alarm of the runbook is linked', () => {
  const text = widgetsOf({ notifications: { runbookUrl: 'https://example.com/r' } })[0]?.properties.markdown;
  for (const name of Object.keys(ALARMS))
    expect(text).toContain(`[${name}](https://example.com/r#${name.toLowerCase()})`);
});

test('the state of the alarms of the installation is shown', () => {
  const [status] = widgetsOf({}).filter(({ type }) => type === 'alarm');
  expect(status?.properties.alarms).toHaveLength(4);
});

test.each([1, 100, 400])('%i databases keep within the limits of CloudWatch', (count) => {
  const widgets = widgetsOf({ databases: manyDatabases(count) });
  const metrics = widgets.map(({ properties }) => properties.metrics?.length ?? 0);
  expect(Math.max(...metrics)).toBeLessThanOrEqual(500);
  expect(metrics.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(2500);
  expect(widgets.length).toBeLessThanOrEqual(500);
  expect(JSON.stringify(widgets).length).toBeLessThan(1_000_000);
});

test('each of 100 databases is in every kind of graph', () => {
  const graphs = widgetsOf({ databases: manyDatabases(100) }).filter(({ type }) => type === 'metric');
  for (const title of ['Age', 'Runs', 'Stored', 'Size', 'Duration', 'Tables', 'Drills', 'Restore']) {
    const lines = graphs.filter(({ properties }) => properties.title?.startsWith(title));
    const text = JSON.stringify(lines);
    for (let index = 1; index <= 100; index++) expect(text).toContain(`"db-${index}"`);
  }
});

test('whom to call stands at the top, where people look while something is wrong', () => {
  const contacts = [{ when: 'data are lost', who: 'on call', how: '+49 30 23125 100' }];
  const [first] = widgetsOf({ databases: { shop: database }, notifications: { contacts } });
  expect(first?.properties.markdown).toMatch(/\n- data are lost: on call, \+49 30 23125 100$/);
});
