/** Whether a restore may begin: asked before anything is fetched or changed. */
import { escapeIdentifier, type Client } from 'pg';
import { Failure } from '../contract/failure';
import type { Manifest } from '../contract/manifest';
import { connect, describeTarget, type ConnectionTarget } from '../postgres/connection';
import { missingRoles } from '../postgres/create-database';
import { databaseContents } from '../postgres/database-contents';
import { readDatabaseSettings } from '../postgres/database-settings';
import { requiredRoles } from '../postgres/required-roles';

/**
 * @param made roles that are going to be made
 * @throws Failure `restore-refused` naming the roles, with the statements that make them
 */
export async function demandRoles(
  client: Client,
  manifest: Manifest,
  owners: boolean,
  made: readonly string[] = [],
): Promise<void> {
  if (owners && manifest.format === 'plain') {
    throw new Failure('restore-refused', 'A dump in plain format holds neither owners nor privileges.', {
      hint: 'Restore without --owners.',
    });
  }
  const required = requiredRoles(manifest, owners).filter((role) => !made.includes(role));
  const missing = await missingRoles(client, required);
  if (missing.length === 0) return;
  const statements = missing.map((role) => `CREATE ROLE ${escapeIdentifier(role)} NOLOGIN;`);
  throw new Failure('restore-refused', `The target lacks roles that the dump names: ${missing.join(', ')}.`, {
    hint: `Give --globals, which makes them as they were; or create them and run again: ${statements.join(' ')}`,
  });
}

/** @property databaseSettings undefined while nobody knows them yet */
export interface WantedEncoding {
  readonly databaseSettings?: Pick<Manifest['databaseSettings'], 'encoding'>;
}

/**
 * @returns whether the target has to be created
 * @throws Failure `restore-refused` for a database that is not empty or cannot hold the dump's characters
 */
export async function admitTarget(
  maintenance: Client,
  target: ConnectionTarget,
  { databaseSettings }: WantedEncoding,
): Promise<boolean> {
  const { rowCount } = await maintenance.query('SELECT FROM pg_catalog.pg_database WHERE datname = $1', [
    target.database,
  ]);
  if (rowCount === 0) return true;
  const client = await connect(target);
  try {
    const { count, examples } = await databaseContents(client);
    const { encoding } = await readDatabaseSettings(client);
    if (count > 0) {
      const more = count > examples.length ? ` and ${count - examples.length} more` : '';
      throw new Failure(
        'restore-refused',
        `${describeTarget(target)} is not empty: it holds ${examples.join(', ')}${more}.`,
        { hint: 'Nothing is ever restored on top of something: name a new database by --target-database.' },
      );
    }
    if (databaseSettings !== undefined && encoding !== databaseSettings.encoding) {
      throw new Failure(
        'restore-refused',
        `${describeTarget(target)} has the encoding ${encoding}; the dump needs ${databaseSettings.encoding}.`,
        { hint: 'Name a database that does not exist: it is made as the original was.' },
      );
    }
    return false;
  } finally {
    await client.end();
  }
}
