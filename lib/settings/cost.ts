/** What an installation costs a month, by formula from its settings. docs/cost.md explains each, with an example. */
import { namedSecrets } from './named-secrets';
import { hasDrills } from '../contract/drill-schedule';
import { FULL_GAUGES, INSTALLATION_GAUGES, LIGHT_GAUGES } from '../contract/metrics';
import * as assumed from './cost-assumptions';
import { drillTasks, flowOf, requests, signatures, storage, sum, tasks, type Flow } from './database-cost';
import * as price from '../contract/prices';
import type { Settings } from './schema';

export interface CostLine {
  readonly what: string;
  readonly usd: number;
}

export interface MonthlyCost {
  readonly lines: readonly CostLine[];
  readonly totalUsd: number;
  /** Databases of which the settings do not say how large they are. */
  readonly assumedSize: readonly string[];
}

export function monthlyCost(settings: Settings): MonthlyCost {
  const flows = Object.entries(settings.databases).map(([name, database]) => flowOf(name, database));
  const lines = [
    { what: 'recovery points in S3', usd: sum(flows, storage) },
    { what: 'requests to S3', usd: sum(flows, requests) },
    { what: 'backup tasks', usd: sum(flows, (flow) => tasks(flow, settings)) },
    { what: 'drill tasks', usd: sum(flows, (flow) => drillTasks(flow, settings)) },
    { what: `network, ${settings.network.mode}`, usd: network(settings, flows) },
    { what: 'metrics, alarms, dashboard', usd: watching(settings) },
    { what: 'keys', usd: assumed.KEYS * price.KMS.keyMonth + sum(flows, signatures) },
    { what: 'secrets', usd: secretsOf(settings) * price.SECRET_MONTH },
    { what: 'programs, logs, images', usd: programs(flows, settings.compute.logDays) },
  ];
  return {
    lines,
    totalUsd: sum(lines, ({ usd }) => usd),
    assumedSize: flows
      .filter(({ database }) => database.databaseGigabytes === undefined)
      .map(({ name }) => name),
  };
}

/** As synth prints it. */
export function costTable({ lines, totalUsd, assumedSize }: MonthlyCost): string {
  const rows = [...lines, { what: 'together', usd: totalUsd }];
  const width = Math.max(...rows.map(({ what }) => what.length));
  const amount = (usd: number) => usd.toFixed(2).padStart(9);
  return [
    `Estimated cost a month, in USD at the prices of ${price.PRICE_REGION} (docs/cost.md):`,
    ...rows.map(({ what, usd }) => `  ${what.padEnd(width)}${amount(usd)}`),
    ...(assumedSize.length === 0
      ? []
      : [`  databaseGigabytes is not set, ${assumed.ASSUMED_GIGABYTES} assumed: ${shortened(assumedSize)}`]),
  ].join('\n');
}

/** A NAT gateway also asks for each byte of the database that is dumped through it. */
function network({ network }: Settings, flows: readonly Flow[]): number {
  switch (network.mode) {
    case 'fixed-egress': {
      const dumped = flows.filter(({ database }) => database.connection !== 'elsewhere');
      const gigabytes = sum(
        dumped,
        ({ runsPerMonth, databaseGigabytes }) => runsPerMonth * databaseGigabytes,
      );
      const { natHour, publicAddressHour, natGigabyte } = price.NETWORK;
      return assumed.HOURS * (natHour + publicAddressHour) + gigabytes * natGigabyte;
    }
    case 'private':
      return (
        assumed.HOURS * assumed.INTERFACE_ENDPOINTS * network.availabilityZones * price.NETWORK.endpointHour
      );
    case 'public':
    case 'existing':
      return 0;
  }
}

function watching(settings: Settings): number {
  const databases = Object.keys(settings.databases).length;
  const drilled = Object.values(settings.databases).filter(hasDrills).length;
  const ofInstallation = INSTALLATION_GAUGES.length;
  const ofDrills = assumed.DRILL_GAUGES.length;
  const gauges = Object.keys({ ...LIGHT_GAUGES, ...FULL_GAUGES }).length - ofInstallation - ofDrills;
  const metrics = databases * gauges + drilled * ofDrills + ofInstallation;
  const watched = assumed.ALARM_METRICS;
  const ofWebhooks = settings.notifications.webhooks.length > 0 ? watched.webhooks : 0;
  const alarms = databases * watched.database + drilled * watched.drilled + watched.installation + ofWebhooks;
  const { metricMonth, alarmMonth, dashboardMonth } = price.CLOUDWATCH;
  return metrics * metricMonth + alarms * alarmMonth + dashboardMonth;
}

/** The restore target's, and those that the settings name. */
function secretsOf(settings: Settings): number {
  return 1 + namedSecrets(settings).size;
}

function programs(flows: readonly Flow[], logDays: number): number {
  const { memoryGigabytes, lightPassSeconds, fullPassSeconds, keeperSeconds } = assumed.PROGRAMS;
  const kept = sum(flows, ({ runsPerMonth, drillsPerMonth }) => runsPerMonth + drillsPerMonth);
  const seconds =
    assumed.LIGHT_PASSES * lightPassSeconds + assumed.FULL_PASSES * fullPassSeconds + kept * keeperSeconds;
  const logs = flows.length * assumed.PROGRAMS.logGigabytesPerDatabase;
  return (
    seconds * memoryGigabytes * price.LAMBDA.gigabyteSecond +
    (assumed.LIGHT_PASSES + assumed.FULL_PASSES + kept) * price.LAMBDA.request +
    kept * price.SCHEDULER_INVOCATION +
    logs * (price.CLOUDWATCH.logGigabyte + (logDays / assumed.DAYS) * price.CLOUDWATCH.logGigabyteMonth) +
    imageGigabytes(flows) * price.IMAGE_GIGABYTE_MONTH
  );
}

/** One for each major, and of drills one for each major and image that it is built from. */
function imageGigabytes(flows: readonly Flow[]): number {
  const drilled = flows.filter(
    ({ database }) => hasDrills(database) && database.drill.target === 'throw-away',
  );
  const majors = new Set(flows.map(({ database }) => database.major));
  const images = new Set(drilled.map(({ database: { major, drill } }) => `${major} ${drill.image ?? ''}`));
  return majors.size * assumed.PROGRAMS.imageGigabytes + images.size * assumed.PROGRAMS.drillImageGigabytes;
}

function shortened(names: readonly string[]): string {
  return names.length > 5 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ');
}
