/**
 * CloudWatch's alarm semantics over a synthesized alarm and series of its metrics, as AWS documents them:
 * - missing data and the evaluation range: docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 * - periods slide, evaluated every minute: …/monitoring/alarm-evaluation.html
 * - arithmetic takes a missing value as 0 where another one is there: …/monitoring/using-metric-math.html
 */

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

interface Metric {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions?: readonly { readonly Name: string; readonly Value: unknown }[];
}

type Statistic = 'Sum' | 'Minimum' | 'Maximum';

/** `Properties` of an AWS::CloudWatch::Alarm. */
export interface AlarmProperties extends Partial<Metric> {
  readonly AlarmName: string;
  readonly Period?: number;
  readonly Statistic?: Statistic;
  readonly Metrics?: readonly {
    readonly Id: string;
    readonly Expression?: string;
    readonly MetricStat?: { readonly Metric: Metric; readonly Period: number; readonly Stat: Statistic };
  }[];
  readonly ComparisonOperator: string;
  readonly Threshold: number;
  readonly EvaluationPeriods: number;
  readonly DatapointsToAlarm?: number;
  readonly TreatMissingData?: string;
}

export interface DataPoint {
  /** In milliseconds since 1970. */
  readonly at: number;
  readonly value: number;
}

/** What was published under a metric's name and dimensions, in order of time. */
export type SeriesOf = (
  metricName: string,
  dimensions: Readonly<Record<string, unknown>>,
) => readonly DataPoint[];

/** CloudWatch fetches more points than it evaluates: in AWS's examples two more. */
export const EXTRA_POINTS = 2;

const BREACHES: Readonly<Record<string, (value: number, threshold: number) => boolean>> = {
  GreaterThanThreshold: (value, threshold) => value > threshold,
  GreaterThanOrEqualToThreshold: (value, threshold) => value >= threshold,
  LessThanThreshold: (value, threshold) => value < threshold,
  LessThanOrEqualToThreshold: (value, threshold) => value <= threshold,
};

/**
 * The alarm's next state.
 * @param range one value per period of the evaluation range, the oldest first; undefined where data is missing
 */
export function stateOf(
  alarm: AlarmProperties,
  range: readonly (number | undefined)[],
  before: AlarmState,
): AlarmState {
  const { EvaluationPeriods: n, DatapointsToAlarm: m = n, TreatMissingData: missing = 'missing' } = alarm;
  const isBreach = breachOf(alarm);
  /** Real points count first, however old they are; missing ones are filled in as few times as possible. */
  const real = range.filter((value) => value !== undefined).slice(-n);
  const filled = n - real.length;
  const breaching = real.filter(isBreach).length;
  if (filled === 0 || missing === 'notBreaching') return breaching >= m ? 'ALARM' : 'OK';
  if (missing === 'breaching') return breaching + filled >= m ? 'ALARM' : 'OK';
  if (breaching >= m) return 'ALARM';
  if (breaching < real.length) return 'OK';
  if (missing === 'ignore') return before;
  const oldest = range.findIndex((value) => value !== undefined);
  return oldest >= 0 && range.length - oldest >= m ? 'ALARM' : 'INSUFFICIENT_DATA';
}

function breachOf({ ComparisonOperator, Threshold }: AlarmProperties): (value: number) => boolean {
  const breaches = BREACHES[ComparisonOperator];
  if (breaches === undefined) throw new Error(`The evaluator does not know ${ComparisonOperator}.`);
  return (value) => breaches(value, Threshold);
}

export interface Transition {
  readonly at: Date;
  readonly state: AlarmState;
}

export interface Evaluation {
  readonly from: Date;
  readonly to: Date;
  /** Until a value that was published is seen. @default 0 */
  readonly delayMinutes?: number;
  /** @default EXTRA_POINTS */
  readonly extraPoints?: number;
}

/** Each change of the alarm's state, the first one from INSUFFICIENT_DATA. */
export function transitionsOf(
  alarm: AlarmProperties,
  seriesOf: SeriesOf,
  evaluation: Evaluation,
): Transition[] {
  const { from, to, delayMinutes = 0, extraPoints = EXTRA_POINTS } = evaluation;
  const { period, valueIn } = readerOf(alarm, seriesOf);
  const positions = Array.from(
    { length: alarm.EvaluationPeriods + extraPoints },
    (_, index) => index,
  ).reverse();
  // One period later the same window is looked at again, a position further back.
  const known = new Map<number, number | undefined>();
  const valueUntil = (until: number) => {
    if (!known.has(until)) known.set(until, valueIn(until - period, until));
    return known.get(until);
  };
  const transitions: Transition[] = [];
  let state: AlarmState = 'INSUFFICIENT_DATA';
  for (let now = from.getTime(); now <= to.getTime(); now += MINUTE) {
    const seen = now - delayMinutes * MINUTE;
    const range = positions.map((back) => {
      const until = now - back * period;
      return until <= seen ? valueUntil(until) : valueIn(until - period, seen);
    });
    const next = stateOf(alarm, range, state);
    if (next !== state) transitions.push({ at: new Date(now), state: next });
    state = next;
  }
  return transitions;
}

const MINUTE = 60_000;

/** The value of one period: after `from`, up to and with `to`. */
type Reader = (from: number, to: number) => number | undefined;

function readerOf(
  alarm: AlarmProperties,
  seriesOf: SeriesOf,
): { readonly period: number; readonly valueIn: Reader } {
  const { Metrics, Period = 0, Statistic = 'Sum' } = alarm;
  if (Metrics === undefined)
    return { period: Period * 1000, valueIn: statReader(alarm as Metric, Statistic, seriesOf) };
  const readers = new Map<string, Reader>();
  let period = 0;
  for (const { Id, MetricStat } of Metrics)
    if (MetricStat !== undefined) {
      period = MetricStat.Period * 1000;
      readers.set(Id, statReader(MetricStat.Metric, MetricStat.Stat, seriesOf));
    }
  const { Expression = '' } = Metrics.find(({ Expression: text }) => text !== undefined) ?? {};
  return { period, valueIn: sumReader(Expression, readers) };
}

function statReader({ MetricName, Dimensions = [] }: Metric, stat: Statistic, seriesOf: SeriesOf): Reader {
  const series = seriesOf(MetricName, Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, Value])));
  return (from, to) => {
    const values: number[] = [];
    for (let index = firstAfter(series, from); index < series.length && series[index]!.at <= to; index++)
      values.push(series[index]!.value);
    if (values.length === 0) return undefined;
    if (stat === 'Sum') return values.reduce((sum, value) => sum + value, 0);
    return stat === 'Maximum' ? Math.max(...values) : Math.min(...values);
  };
}

function firstAfter(series: readonly DataPoint[], at: number): number {
  let [low, high] = [0, series.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (series[middle]!.at > at) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** What our expressions are made of: sums of metrics and of comparisons such as `(ratio < 0.8)`. */
function sumReader(expression: string, readers: ReadonlyMap<string, Reader>): Reader {
  const terms = expression.split(' + ').map((term): Reader => {
    const [, id = '', operator, limit] = /^\(?(\w+)(?: ([<>]) ([\d.]+)\))?$/.exec(term) ?? [];
    const read = readers.get(id);
    if (read === undefined) throw new Error(`The evaluator does not know the term ${term} of ${expression}.`);
    if (limit === undefined) return read;
    return (from, to) => {
      const value = read(from, to);
      if (value === undefined) return undefined;
      return Number(operator === '<' ? value < Number(limit) : value > Number(limit));
    };
  });
  return (from, to) => {
    const values = terms.map((term) => term(from, to)).filter((value) => value !== undefined);
    return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0);
  };
}
