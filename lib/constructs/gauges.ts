/** What the monitor publishes, as CloudWatch metrics for alarms and the dashboard. */
import { Duration } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import {
  FULL_GAUGES,
  FULL_PASS_MINUTES,
  isLightGauge,
  LIGHT_GAUGES,
  LIGHT_PASS_MINUTES,
  METRIC_DIMENSIONS,
  METRIC_NAMESPACE,
  type Gauge,
} from '../contract/metrics';

/** Where less is worse, the smallest value of a period counts; passes are added up; of all others the largest counts. */
const STATISTICS: Partial<Record<Gauge, string>> = {
  sizeRatio: Stats.MINIMUM,
  storedBytes: Stats.MINIMUM,
  databaseBytes: Stats.MINIMUM,
  points: Stats.MINIMUM,
  keptBytes: Stats.MINIMUM,
  monitorPasses: Stats.SUM,
};

/**
 * One gauge; its period is that of the pass which publishes it, so that each period has a value.
 * @param database for gauges of one database. @default - a gauge of the installation
 */
export function gauge(installation: string, name: Gauge, database?: string): Metric {
  const light = isLightGauge(name);
  return new Metric({
    namespace: METRIC_NAMESPACE,
    metricName: { ...LIGHT_GAUGES, ...FULL_GAUGES }[name],
    dimensionsMap: {
      [METRIC_DIMENSIONS.installation]: installation,
      ...(database !== undefined && { [METRIC_DIMENSIONS.database]: database }),
    },
    period: Duration.minutes(light ? LIGHT_PASS_MINUTES : FULL_PASS_MINUTES),
    statistic: STATISTICS[name] ?? Stats.MAXIMUM,
  });
}
