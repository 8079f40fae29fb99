import { failing } from '../../lib/contract/inventory';
import { ARCHIVE_FORMATS } from '../../lib/contract/manifest';
import { awkwardDatabase } from '../support/awkward-database';
import { makeBench } from '../support/make-backup';
import { restoreBench } from '../support/restore-bench';
import { query } from '../support/postgres-cluster';
import { sharedMajors } from '../support/shared-servers';
import { shopDatabase } from '../support/small-database';

describe.each(sharedMajors())('PostgreSQL %i', (major) => {
  test.each(ARCHIVE_FORMATS)('a %s backup comes back row by row', async (format) => {
    const bench = await makeBench(await shopDatabase(major));
    await bench.backup({ format });
    const target = restoreBench(bench);
    const result = await target.restore();
    expect(result).toMatchObject({ created: true, differences: [], warnings: [] });
    expect(result.compared).toMatchObject({ tables: 4, rows: 22600, sequences: 2, content: 'copy' });
    expect(
      await query(target.url, 'SELECT count(*)::int AS n, sum(total)::text AS total FROM invoice'),
    ).toEqual(await query(bench.url, 'SELECT count(*)::int AS n, sum(total)::text AS total FROM invoice'));
    expect(target.scratch()).toEqual([]);
  });

  test.each(ARCHIVE_FORMATS)('a schema full of oddities comes back from a %s backup', async (format) => {
    const bench = await makeBench(await awkwardDatabase(major));
    await bench.backup({ format });
    const target = restoreBench(bench);
    const { differences } = await target.restore();
    expect(failing(differences)).toEqual([]);
  });
});
