/** The queries of the examples' drills say what their names promise: they pass on a sound database, and not on a stale one. */
import cleaning from '../../examples/cleaning';
import deltacrown from '../../examples/deltacrown';
import gameready from '../../examples/gameready';
import offsitePlan from '../../examples/offsite-plan';
import peakops from '../../examples/peakops';
import { runChecks, type CheckResult } from '../../lib/operations/drill-checks';
import { connectionTarget } from '../../lib/postgres/connection';
import { silentReporter } from '../../lib/runtime/reporter';
import { systemClock } from '../../lib/runtime/clock';
import type { Settings } from '../../lib/settings/schema';
import { query } from '../support/postgres-cluster';
import { freshDatabase } from '../support/shared-servers';

/** As the application of each makes it, as far as the queries look. `AGE` is how old the newest row is. */
const TABLES: readonly (readonly [Settings, string])[] = [
  [
    gameready,
    `CREATE TABLE match AS SELECT now() - AGE AS played_at;
     CREATE TABLE player AS SELECT generate_series(1, 1000) AS id`,
  ],
  [offsitePlan, `CREATE TABLE plan AS SELECT now() - AGE AS updated_at`],
  [
    cleaning,
    `CREATE TABLE customer AS SELECT 1 AS id;
     CREATE TABLE booking AS SELECT 1 AS customer_id, now() - AGE AS created_at;
     CREATE TABLE django_migrations AS SELECT generate_series(1, 120) AS id`,
  ],
  [
    peakops,
    `CREATE TABLE event AS SELECT now() - AGE AS occurred_at;
     CREATE TABLE alembic_version AS SELECT '4f1c' AS version_num`,
  ],
  [deltacrown, `CREATE TABLE orders AS SELECT now() - AGE AS created_at FROM generate_series(1, 100000)`],
];

async function resultsOf(settings: Settings, tables: string, newestRow: string): Promise<CheckResult[]> {
  const url = await freshDatabase();
  await query(url, tables.replaceAll('AGE', `interval '${newestRow}'`));
  const checks = Object.values(settings.databases).flatMap(({ drill }) => drill.checks);
  const results: CheckResult[] = [];
  const tools = {
    target: connectionTarget(url, {}),
    ...{ scratchDirectory: '/nonexistent', clock: systemClock, reporter: silentReporter },
    signal: new AbortController().signal,
  };
  await runChecks(checks, tools, results);
  return results;
}

describe.each(TABLES.map(([settings, tables]) => [settings.name, settings, tables] as const))(
  '%s',
  (_, settings, tables) => {
    test('its queries pass on what the newest backup should hold', async () => {
      const results = await resultsOf(settings, tables, '20 minutes');
      expect(results.filter(({ passed }) => !passed)).toEqual([]);
      expect(results.length).toBeGreaterThan(0);
    });

    test('a database that was written to last two days ago fails the one that asks for the newest row', async () => {
      const failed = (await resultsOf(settings, tables, '2 days')).filter(({ passed }) => !passed);
      expect(failed.map(({ name }) => name)).toEqual([expect.stringMatching(/^newest \w+ within the RPO$/)]);
    });
  },
);
