/**
 * Metrics as lines of a program's log, from which CloudWatch takes them: no request, no permission but that of the log.
 * docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */

export interface EmbeddedMetric {
  readonly name: string;
  /** A number that is one: CloudWatch drops a line with NaN or Infinity, which JSON writes as null. */
  readonly value: number;
  readonly unit: 'None' | 'Count' | 'Bytes' | 'Seconds';
}

export interface MetricSet {
  readonly namespace: string;
  /** Value by name; every metric of the set carries all of them. */
  readonly dimensions: Readonly<Record<string, string>>;
  /** At most 100. */
  readonly metrics: readonly EmbeddedMetric[];
}

const METRICS_AT_MOST = 100;

/** One line, without its end. @throws RangeError for what CloudWatch would drop without a word */
export function embeddedMetricLine({ namespace, dimensions, metrics }: MetricSet, at: Date): string {
  const unfit = metrics.find(({ value }) => !Number.isFinite(value));
  if (unfit !== undefined) throw new RangeError(`${unfit.name} is ${unfit.value}, which is no measurement.`);
  if (metrics.length > METRICS_AT_MOST)
    throw new RangeError(`${metrics.length} metrics in one line; at most ${METRICS_AT_MOST} are taken.`);
  const directive = {
    Namespace: namespace,
    Dimensions: [Object.keys(dimensions)],
    Metrics: metrics.map(({ name, unit }) => ({ Name: name, Unit: unit })),
  };
  return JSON.stringify({
    _aws: { Timestamp: at.getTime(), CloudWatchMetrics: [directive] },
    ...dimensions,
    ...Object.fromEntries(metrics.map(({ name, value }) => [name, value])),
  });
}
