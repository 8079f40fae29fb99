/** What the estimate of costs counts is what the templates hold. */
import { Template } from 'aws-cdk-lib/assertions';
import { FULL_GAUGES, INSTALLATION_GAUGES, LIGHT_GAUGES } from '../../lib/contract/metrics';
import { monthlyCost } from '../../lib/settings/cost';
import { DRILL_GAUGES, INTERFACE_ENDPOINTS, KEYS } from '../../lib/settings/cost-assumptions';
import { CLOUDWATCH, NETWORK, SECRET_MONTH } from '../../lib/contract/prices';
import type { NetworkSettings } from '../../lib/settings/platform-schema';
import { defineSettings } from '../../lib/settings/settings';
import { addStacks } from '../../lib/stacks/add-stacks';
import { newApp } from '../support/synthesize';

type Mode = Exclude<NetworkSettings['mode'], 'existing'>;

function installation(mode: Mode, databases = 1, drill: 'after-backup' | 'never' = 'after-backup') {
  const database = (name: string) => ({
    connection: {
      host: `${name}.example.com`,
      database: name,
      user: 'backstop',
      password: { secret: `test/${name}` },
    },
    keepDays: { daily: 30 },
    drill: { when: drill },
  });
  const names = Array.from({ length: databases }, (_, index) => `shop${index}`);
  return defineSettings({
    name: 'test',
    network: { mode },
    notifications: { webhooks: [{ secret: 'test/webhook', format: 'slack' }] },
    databases: Object.fromEntries(names.map((name) => [name, database(name)])),
  });
}

interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

function resourcesOf(settings: ReturnType<typeof installation>): Resource[] {
  const app = newApp();
  addStacks(app, settings);
  const stacks = app.synth().stacks;
  return stacks.flatMap(({ template }) =>
    Object.values(Template.fromJSON(template as object).toJSON()['Resources'] as Record<string, Resource>),
  );
}

const RESOURCES = { public: resourcesOf(installation('public')) } as const;

function count(
  resources: readonly Resource[],
  type: string,
  isMeant?: (resource: Resource) => boolean,
): number {
  return resources.filter((resource) => resource.Type === type && (isMeant?.(resource) ?? true)).length;
}

const lineOf = (settings: ReturnType<typeof installation>, what: string) =>
  monthlyCost(settings).lines.find((line) => line.what === what)?.usd;

test('keys', () => {
  expect(count(RESOURCES.public, 'AWS::KMS::Key')).toBe(KEYS);
});

test('secrets: the one that is made, and each that the settings name', () => {
  const made = count(RESOURCES.public, 'AWS::SecretsManager::Secret');
  expect(lineOf(installation('public'), 'secrets')).toBeCloseTo((made + 2) * SECRET_MONTH, 9);
});

/** CloudWatch asks for each metric that an alarm looks at. */
function alarmMetrics(resources: readonly Resource[]): number {
  const alarms = resources.filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm');
  const looksAt = ({ Properties = {} }: Resource) => {
    const queries = (Properties['Metrics'] ?? []) as readonly { readonly MetricStat?: unknown }[];
    return Math.max(1, queries.filter(({ MetricStat }) => MetricStat !== undefined).length);
  };
  return alarms.reduce((sum, alarm) => sum + looksAt(alarm), 0);
}

test.each([
  [1, 'after-backup'],
  [3, 'after-backup'],
  [1, 'never'],
] as const)('metrics, alarms and the dashboard of %s databases with drills %s', (databases, drill) => {
  const settings = installation('public', databases, drill);
  const resources = databases === 1 && drill !== 'never' ? RESOURCES.public : resourcesOf(settings);
  const all = Object.keys({ ...LIGHT_GAUGES, ...FULL_GAUGES }).length - INSTALLATION_GAUGES.length;
  const ofDatabase = drill === 'never' ? all - DRILL_GAUGES.length : all;
  const metrics = ofDatabase * databases + INSTALLATION_GAUGES.length;
  const expected =
    metrics * CLOUDWATCH.metricMonth +
    alarmMetrics(resources) * CLOUDWATCH.alarmMonth +
    count(resources, 'AWS::CloudWatch::Dashboard') * CLOUDWATCH.dashboardMonth;
  expect(lineOf(settings, 'metrics, alarms, dashboard')).toBeCloseTo(expected, 9);
});

test('the private network: an interface endpoint for each service in each zone, and no NAT gateway', () => {
  const resources = resourcesOf(installation('private'));
  const isInterface = ({ Properties }: Resource) => Properties?.['VpcEndpointType'] === 'Interface';
  expect(count(resources, 'AWS::EC2::VPCEndpoint', isInterface)).toBe(INTERFACE_ENDPOINTS);
  expect(count(resources, 'AWS::EC2::NatGateway')).toBe(0);
});

test('the network with a fixed address: one NAT gateway, and no interface endpoint', () => {
  const resources = resourcesOf(installation('fixed-egress'));
  expect(count(resources, 'AWS::EC2::NatGateway')).toBe(1);
  const isInterface = ({ Properties }: Resource) => Properties?.['VpcEndpointType'] === 'Interface';
  expect(count(resources, 'AWS::EC2::VPCEndpoint', isInterface)).toBe(0);
  const line = lineOf(installation('fixed-egress'), 'network, fixed-egress') ?? 0;
  const hours = 730 * (NETWORK.natHour + NETWORK.publicAddressHour);
  expect(line).toBeCloseTo(hours + 10 * (365 / 12) * NETWORK.natGigabyte, 9);
});

test('nothing that costs by the hour stands in the public network', () => {
  for (const type of ['AWS::EC2::NatGateway', 'AWS::EC2::VPCEndpoint', 'AWS::EC2::EIP'])
    expect(count(RESOURCES.public, type)).toBe(0);
  expect(lineOf(installation('public'), 'network, public')).toBe(0);
});
