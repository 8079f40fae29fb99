/**
 * Lines as CloudWatch's specification wants them:
 * docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
import { z } from 'zod';
import { FULL_GAUGES, GAUGE_UNITS, LIGHT_GAUGES, type Gauge } from '../../lib/contract/metrics';
import { measurementLine } from '../../lib/operations/monitor/publish';
import { embeddedMetricLine } from '../../lib/runtime/embedded-metrics';

const AT = new Date('2026-11-20T02:00:00.123Z');

/** The specification's schema of a document, and its rule that each target member is there. */
const UNITS = ['Seconds', 'Microseconds', 'Milliseconds', 'Bytes', 'Count', 'Percent', 'None'];
const documentSchema = z
  .looseObject({
    _aws: z.strictObject({
      Timestamp: z.int().min(0),
      CloudWatchMetrics: z.array(
        z.strictObject({
          Namespace: z.string().min(1).max(1024),
          Dimensions: z.array(z.array(z.string().min(1).max(250)).max(30)).min(1),
          Metrics: z
            .array(z.strictObject({ Name: z.string().min(1).max(1024), Unit: z.enum(UNITS) }))
            .min(1)
            .max(100),
        }),
      ),
    }),
  })
  .superRefine((document, context) => {
    for (const { Dimensions, Metrics } of document._aws.CloudWatchMetrics) {
      const texts = Dimensions.flat().filter((name) => typeof document[name] !== 'string');
      const numbers = Metrics.filter(({ Name }) => typeof document[Name] !== 'number');
      for (const name of [...texts, ...numbers]) context.addIssue(`${JSON.stringify(name)} has no target`);
    }
  });

test('the line of a database, character by character', () => {
  const gauges = { newestPointAge: 1.5, failedRuns: 0 };
  expect(measurementLine('backstop', { database: 'shop', gauges }, AT)).toBe(
    '{"_aws":{"Timestamp":1795140000123,"CloudWatchMetrics":[{"Namespace":"Backstop",' +
      '"Dimensions":[["Installation","Database"]],"Metrics":[{"Name":"NewestPointAgeHours","Unit":"None"},' +
      '{"Name":"FailedRuns","Unit":"Count"}]}]},"Installation":"backstop","Database":"shop",' +
      '"NewestPointAgeHours":1.5,"FailedRuns":0}',
  );
});

test.each(['shop', undefined])('every gauge at once, of %s, keeps to the specification', (database) => {
  const gauges = Object.fromEntries(Object.keys(GAUGE_UNITS).map((name) => [name, 1]));
  const line = measurementLine('backstop', { database, gauges }, AT);
  const document = documentSchema.parse(JSON.parse(line));
  expect(line).not.toContain('\n');
  expect(document['Database']).toBe(database);
  const [directive] = document._aws.CloudWatchMetrics;
  expect(directive?.Metrics.map(({ Name }) => Name).sort()).toEqual(
    Object.values<string>({ ...LIGHT_GAUGES, ...FULL_GAUGES }).sort(),
  );
});

test('the schema notices a metric without its value', () => {
  const line = measurementLine('backstop', { database: 'shop', gauges: { failedRuns: 1 } }, AT);
  const without = JSON.parse(line.replace(',"FailedRuns":1', '')) as unknown;
  expect(documentSchema.safeParse(without).success).toBe(false);
});

test.each([NaN, Infinity])('%s is refused: CloudWatch would drop the line without a word', (value) => {
  const gauges: Partial<Record<Gauge, number>> = { sizeRatio: value };
  expect(() => measurementLine('backstop', { database: 'shop', gauges }, AT)).toThrow('SizeRatio');
});

test('a line takes 100 metrics and no more', () => {
  const line = (count: number) =>
    embeddedMetricLine(
      {
        namespace: 'n',
        dimensions: { d: 'd' },
        metrics: Array.from({ length: count }, (_, index) => ({ name: `m${index}`, value: 1, unit: 'None' })),
      },
      AT,
    );
  expect(documentSchema.safeParse(JSON.parse(line(100))).success).toBe(true);
  expect(() => line(101)).toThrow('at most 100');
});
