/** Makes a database of which only the encoding is known: its locale is the server's own. */
import { escapeIdentifier, escapeLiteral, type Client } from 'pg';
import { Failure, messageOf } from '../contract/failure';

/** @throws Failure `restore-refused` where the locale does not go with the encoding, or the user may not */
export async function createEmptyDatabase(
  maintenance: Client,
  name: string,
  encoding: string,
): Promise<void> {
  const statement = `CREATE DATABASE ${escapeIdentifier(name)} TEMPLATE template0 ENCODING ${escapeLiteral(encoding)}`;
  await maintenance.query(statement).catch((error: unknown) => {
    throw new Failure('restore-refused', `The database ${name} cannot be created: ${messageOf(error)}`, {
      cause: error,
      hint: `The user needs CREATEDB, and the server's own locale must go with ${encoding}; or create the database by hand, empty and from template0: an empty one is restored into.`,
    });
  });
}
