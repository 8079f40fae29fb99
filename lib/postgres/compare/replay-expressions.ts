/**
 * Tells a rewritten expression from a changed one. The server writes expressions back from its parse tree, and what
 * it writes may read back as another tree of the same meaning: a check `varchar IN (…)` never deparses alike again.
 * So the backed-up text is loaded on the restored server, as the restore did, and the two deparsed forms are compared.
 */
import { DatabaseError, type Client } from 'pg';
import { majorOf, readEntries } from '../catalog/read-catalog';
import { pinSettings } from '../inventory/pin-settings';
import { undone } from '../undone';
import type { Change } from './catalog-changes';

/**
 * The changes that remain. A replay that fails leaves its change standing; nothing done here is ever kept.
 *
 * @param client outside a transaction, with the rights of the restored objects' owner
 */
export async function withoutRewordings(client: Client, changes: readonly Change[]): Promise<Change[]> {
  if (!changes.some((change) => expressionsOf(change).length > 0)) return [...changes];
  const remaining: Change[] = [];
  await client.query('BEGIN');
  try {
    await prepare(client);
    const major = await majorOf(client);
    for (const change of changes) {
      const reworded = await rewordedFacts(client, change, major);
      const facts = change.facts.filter((fact) => !reworded.has(fact));
      if (reworded.size === 0 || facts.length > 0) remaining.push({ ...change, facts });
    }
  } finally {
    await client.query('ROLLBACK');
  }
  return remaining;
}

/** Bounded in time; without the restored database's own event triggers where the role may switch them off. */
async function prepare(client: Client): Promise<void> {
  await pinSettings(client);
  await client.query(`SET LOCAL check_function_bodies = off; SET LOCAL lock_timeout = '10s';
    SET LOCAL statement_timeout = '30s'; SET LOCAL client_min_messages = error;
    SELECT set_config('session_replication_role', 'replica', true)
      FROM pg_roles WHERE rolname = current_user AND rolsuper`);
}

/** Expressions that differ and are set on both sides. */
function expressionsOf({ spec, expected, actual, facts }: Change): string[] {
  if (spec.replay === undefined || typeof spec.facts === 'string') return [];
  const known = spec.facts;
  return facts.filter((name) => {
    const fact = known[name];
    const isExpression = typeof fact === 'object' && fact.expression === true;
    return (
      isExpression && typeof expected?.facts[name] === 'string' && typeof actual?.facts[name] === 'string'
    );
  });
}

async function rewordedFacts(client: Client, change: Change, major: number): Promise<Set<string>> {
  const { spec, expected, actual } = change;
  const expressions = expressionsOf(change);
  if (expressions.length === 0 || expected === undefined || spec.replay === undefined) return new Set();
  const { statements, where } = spec.replay;
  const replayed = await undone(client, async () => {
    await client.query(statements(expected).join(';\n'));
    return readEntries(client, spec, major, where(expected));
  }).catch((error: unknown) => {
    if (error instanceof DatabaseError) return [];
    throw error;
  });
  const twin = replayed.find((entry) => entry.identity === expected.identity);
  return new Set(
    expressions.filter((fact) => twin !== undefined && twin.facts[fact] === actual?.facts[fact]),
  );
}
