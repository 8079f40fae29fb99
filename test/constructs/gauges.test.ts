/** Alarms read exactly what the monitor publishes. */
import { gauge } from '../../lib/constructs/gauges';
import { FULL_GAUGES, GAUGE_UNITS, LIGHT_GAUGES, type Gauge } from '../../lib/contract/metrics';

test('a gauge of a database is named by installation and database', () => {
  expect(gauge('backstop', 'failedRuns', 'shop').toMetricConfig().metricStat).toMatchObject({
    namespace: 'Backstop',
    metricName: 'FailedRuns',
    dimensions: [
      { name: 'Database', value: 'shop' },
      { name: 'Installation', value: 'backstop' },
    ],
    statistic: 'Maximum',
  });
});

test('a gauge of the installation has no database', () => {
  expect(gauge('backstop', 'monitorPasses').toMetricConfig().metricStat).toMatchObject({
    dimensions: [{ name: 'Installation', value: 'backstop' }],
    statistic: 'Sum',
  });
});

test.each(Object.keys(GAUGE_UNITS) as Gauge[])(
  '%s: its period is that of the pass which publishes it',
  (name) => {
    const minutes = gauge('backstop', name).period.toMinutes();
    expect([minutes, name]).toEqual([name in LIGHT_GAUGES ? 5 : 60, name]);
    expect(name in { ...LIGHT_GAUGES, ...FULL_GAUGES }).toBe(true);
  },
);

test.each(['sizeRatio', 'storedBytes', 'points'] as const)(
  '%s: of two values in one period the smaller one counts, for less is worse',
  (name) => {
    expect(gauge('backstop', name, 'shop').statistic).toBe('Minimum');
  },
);
