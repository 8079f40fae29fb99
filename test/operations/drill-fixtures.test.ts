/** Whatever a schema does that is hard to restore: on another server, under another superuser, a drill finds it equal. */
import { failing } from '../../lib/contract/inventory';
import { FIXTURES, fixtureDatabase } from '../support/awkward-database';
import { drillBench } from '../support/drill-bench';
import { makeBench } from '../support/make-backup';
import { sharedMajors } from '../support/shared-servers';

describe.each(sharedMajors())('PostgreSQL %i', (major) => {
  test.each(FIXTURES)('a database with the %s schema is proven', async (fixture) => {
    const bench = await makeBench(await fixtureDatabase(fixture, major));
    await bench.backup();
    const drills = await drillBench(bench);
    const { evidence } = await drills.drill({ minimumRows: 0 });
    expect(failing(evidence.differences)).toEqual([]);
    expect(evidence.outcome).toBe('proven');
  });
});
