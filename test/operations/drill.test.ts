/** A recovery point that is good is proven, and nothing of the proof is left but its evidence. */
import { DRILL_PHASES } from '../../lib/contract/evidence';
import { ARCHIVE_FORMATS } from '../../lib/contract/manifest';
import { drillBench, NOTHING_REMAINS } from '../support/drill-bench';
import { makeBench } from '../support/make-backup';
import { sharedMajors } from '../support/shared-servers';
import { shopDatabase } from '../support/small-database';

describe.each(sharedMajors())('PostgreSQL %i', (major) => {
  test.each(ARCHIVE_FORMATS)('a %s point is proven in a server of its own major', async (format) => {
    const bench = await makeBench(await shopDatabase(major));
    const { manifest } = await bench.backup({ format });
    const drills = await drillBench(bench);
    const checks = [{ name: 'invoices', sql: 'select count(*) from invoice', atLeast: 2000 }];
    const { evidence } = await drills.drill({ checks });
    expect(evidence).toMatchObject({
      outcome: 'proven',
      exitCode: 0,
      failure: null,
      point: manifest.id,
      snapshotAt: manifest.snapshotAt,
      target: 'throw-away',
      serverVersion: expect.stringMatching(new RegExp(`^${major}\\.`)) as string,
      compared: { tables: 4, rows: 22600, sequences: 2, content: 'copy' },
      differences: [],
      warnings: [],
    });
    for (const phase of DRILL_PHASES)
      expect([phase, evidence.phaseSeconds[phase] > 0]).toEqual([phase, true]);
    expect(await drills.evidence()).toEqual([evidence]);
    expect(drills.remains()).toEqual(NOTHING_REMAINS);
  });
});
