/** The worked examples of AWS's documentation (…/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html). */
import {
  stateOf,
  transitionsOf,
  type AlarmProperties,
  type AlarmState,
  type DataPoint,
} from './alarm-evaluator';

const ALARM: AlarmProperties = {
  AlarmName: 'test',
  MetricName: 'Load',
  Namespace: 'Test',
  Period: 300,
  Statistic: 'Maximum',
  ComparisonOperator: 'GreaterThanThreshold',
  Threshold: 3,
  EvaluationPeriods: 3,
};

/** 0 is within the threshold, X beyond it, - missing. */
const VALUES: Readonly<Record<string, number | undefined>> = { '0': 0, X: 10 };

function statesOf(range: string, datapointsToAlarm: number): AlarmState[] {
  const values = range.split(' ').map((mark) => VALUES[mark]);
  return ['missing', 'ignore', 'breaching', 'notBreaching'].map((treatMissingData) => {
    const alarm = { ...ALARM, DatapointsToAlarm: datapointsToAlarm, TreatMissingData: treatMissingData };
    return stateOf(alarm, values, 'INSUFFICIENT_DATA');
  });
}

const [ok, alarm, insufficient] = ['OK', 'ALARM', 'INSUFFICIENT_DATA'] as const;
/** With `ignore` the state is retained. */
const retained = insufficient;

test.each([
  ['0 - X - X', [ok, ok, ok, ok]],
  ['0 - - - -', [ok, ok, ok, ok]],
  ['- - - - -', [insufficient, retained, alarm, ok]],
  ['0 X X - X', [alarm, alarm, alarm, alarm]],
  ['- - - - X', [insufficient, retained, alarm, ok]],
  ['X - - - -', [alarm, retained, alarm, ok]],
])('3 of 3 data points: %s', (range, expected) => {
  expect(statesOf(range, 3)).toEqual(expected);
});

test.each([
  ['0 - X - X', [alarm, alarm, alarm, alarm]],
  ['0 0 X 0 X', [alarm, alarm, alarm, alarm]],
  ['0 - X - -', [ok, ok, alarm, ok]],
  ['- - - - 0', [ok, ok, alarm, ok]],
  ['- - - - X', [insufficient, retained, alarm, ok]],
])('2 of 3 data points: %s', (range, expected) => {
  expect(statesOf(range, 2)).toEqual(expected);
});

test.each([
  ['GreaterThanThreshold', [ok, ok, alarm]],
  ['GreaterThanOrEqualToThreshold', [ok, alarm, alarm]],
  ['LessThanThreshold', [alarm, ok, ok]],
  ['LessThanOrEqualToThreshold', [alarm, alarm, ok]],
])('%s of a threshold of 3, for 2, 3 and 4', (ComparisonOperator, expected) => {
  const states = [2, 3, 4].map((value) =>
    stateOf({ ...ALARM, ComparisonOperator, EvaluationPeriods: 1 }, [value], ok),
  );
  expect(states).toEqual(expected);
});

test('an operator that the evaluator does not know is refused', () => {
  expect(() => stateOf({ ...ALARM, ComparisonOperator: 'LessThanLowerThreshold' }, [1], ok)).toThrow(
    'does not know LessThanLowerThreshold',
  );
});

const START = Date.parse('2027-03-01T00:00:00Z');
const minute = (minutes: number) => START + minutes * 60_000;

function statesAt(properties: Partial<AlarmProperties>, points: readonly (readonly [number, number])[]) {
  const series: DataPoint[] = points.map(([at, value]) => ({ at: minute(at), value }));
  const period = { from: new Date(minute(0)), to: new Date(minute(60)) };
  return transitionsOf({ ...ALARM, ...properties }, () => series, period).map(({ at, state }) => [
    (at.getTime() - START) / 60_000,
    state,
  ]);
}

test('a period of five minutes slides: it is evaluated every minute over the last five', () => {
  const everyMinute = Array.from({ length: 61 }, (_, at) => [at, at === 12 ? 10 : 0] as const);
  expect(statesAt({ EvaluationPeriods: 1 }, everyMinute)).toEqual([
    [0, ok],
    [12, alarm],
    [17, ok],
  ]);
});

test('silence breaches when the whole evaluation range is silent, which is longer than the periods evaluated', () => {
  const silent = statesAt({ EvaluationPeriods: 1, TreatMissingData: 'breaching' }, [[0, 0]]);
  expect(silent).toEqual([
    [0, ok],
    [15, alarm],
  ]);
});

test('a value counts when it is seen', () => {
  const late = { from: new Date(minute(0)), to: new Date(minute(10)), delayMinutes: 2 };
  const series = [{ at: minute(3), value: 10 }];
  const [first] = transitionsOf({ ...ALARM, EvaluationPeriods: 1 }, () => series, late);
  expect(first).toEqual({ at: new Date(minute(5)), state: alarm });
});

const metric = (Id: string) => ({
  Id,
  MetricStat: { Metric: { Namespace: 'Test', MetricName: Id }, Period: 300, Stat: 'Sum' as const },
});

test.each([
  ['a + b', { a: 2, b: 2 }, alarm],
  ['a + b', { a: 2 }, ok],
  ['a + b', {}, insufficient],
  ['(a < 5) + (b < 5)', { a: 2, b: 9 }, ok],
  ['(a < 5) + (b < 5) + b', { a: 2, b: 3 }, alarm],
  ['(a > 5) + (a > 5) + (a > 5) + (a > 5)', { a: 5 }, ok],
  ['(a > 5) + (a > 5) + (a > 5) + (a > 5)', { a: 6 }, alarm],
])(
  'of %s with %j: a comparison is 0 or 1, and a sum takes a missing value as 0',
  (expression, values, expected) => {
    const properties = { ...ALARM, Metrics: [{ Id: 'e', Expression: expression }, metric('a'), metric('b')] };
    const known: Readonly<Record<string, number>> = values;
    const seriesOf = (name: string) => {
      const value = known[name];
      return value === undefined ? [] : [{ at: minute(1), value }];
    };
    const at = new Date(minute(2));
    const [first] = transitionsOf({ ...properties, EvaluationPeriods: 1 }, seriesOf, { from: at, to: at });
    expect(first?.state ?? insufficient).toBe(expected);
  },
);

test('an expression that the evaluator does not know is refused', () => {
  const properties = { ...ALARM, Metrics: [{ Id: 'e', Expression: 'MAX(a)' }, metric('a')] };
  const at = new Date(START);
  expect(() => transitionsOf(properties, () => [], { from: at, to: at })).toThrow(
    'does not know the term MAX(a)',
  );
});
