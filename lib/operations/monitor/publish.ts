/** From gauges to the line that publishes them. */
import {
  FULL_GAUGES,
  GAUGE_UNITS,
  LIGHT_GAUGES,
  METRIC_DIMENSIONS,
  METRIC_NAMESPACE,
  type Gauge,
} from '../../contract/metrics';
import { embeddedMetricLine } from '../../runtime/embedded-metrics';
import type { Measurement } from './measured';

const NAMES = { ...LIGHT_GAUGES, ...FULL_GAUGES };

export function measurementLine(installation: string, { database, gauges }: Measurement, at: Date): string {
  const { installation: ofInstallation, database: ofDatabase } = METRIC_DIMENSIONS;
  const dimensions = {
    [ofInstallation]: installation,
    ...(database !== undefined && { [ofDatabase]: database }),
  };
  const metrics = Object.entries(gauges).map(([gauge, value]) => ({
    name: NAMES[gauge as Gauge],
    unit: GAUGE_UNITS[gauge as Gauge],
    value,
  }));
  return embeddedMetricLine({ namespace: METRIC_NAMESPACE, dimensions, metrics }, at);
}
