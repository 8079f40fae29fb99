/** A dump of one major restored into a newer one: the server words some things otherwise, and nothing differs. */
import { failing } from '../../../lib/contract/inventory';
import { FIXTURES, fixtureDatabase, restoredTwin } from '../../support/awkward-database';
import { compare, inLines, recorded } from '../../support/recorded-database';
import { sharedMajors } from '../../support/shared-servers';

const [older = 15, ...newer] = sharedMajors().sort((a, b) => a - b);

describe.each(newer)(`PostgreSQL ${older} into %i`, (major) => {
  // It makes the roles that the others name.
  beforeAll(() => fixtureDatabase('settings', major));

  test.each(FIXTURES)('%s: an untouched restore differs in versions at most', async (fixture) => {
    const source = await fixtureDatabase(fixture, older);
    const expected = await recorded(source, 'rows+content', older);
    const twin = await restoredTwin(source, major, [], older);
    const { differences } = await compare(twin, expected);
    expect(inLines({ differences: failing(differences) })).toEqual([]);
  });
});
