/** A drill's server that is there already, for example of production's class: only there a true RTO is measured. */
import type { Client } from 'pg';
import { Failure } from '../contract/failure';
import { describeTarget, type ConnectionTarget } from './connection';
import type { DrillServers } from './drill-server';
import { admitVersion, readTargetServer, withMaintenance } from './target-server';

/** The advisory lock's key: `dril`, and nothing more, for there is one lock for all drills. */
const LOCK = 0x6472696c;

/** @param maintenance a database of the server that exists; drills make others beside it, one at a time */
export function givenServer(maintenance: ConnectionTarget): DrillServers {
  return {
    kind: 'server',
    with: ({ major }, task) =>
      withMaintenance(maintenance, async (holder) => {
        const server = await readTargetServer(holder);
        admitVersion(major, server.major);
        await demandAlone(holder, maintenance);
        return task({ kind: 'server', maintenance, ...server });
      }),
  };
}

/** Until its session ends: roles that one drill made, and will drop, are roles that another one found. */
async function demandAlone(holder: Client, maintenance: ConnectionTarget): Promise<void> {
  await holder.query(NEVER_IDLE);
  const { rows } = await holder.query<{ granted: boolean }>(
    'SELECT pg_catalog.pg_try_advisory_lock($1::int, 0) AS granted',
    [LOCK],
  );
  if (rows[0]?.granted === true) return;
  throw new Failure('already-running', `Another drill is running on ${describeTarget(maintenance)}.`, {
    hint: 'One server, one drill at a time: give each database a schedule of its own (drill.when), or another server.',
  });
}

/** Majors before 14 know no such setting, and would refuse one that they do not know. */
const NEVER_IDLE = `
  SELECT pg_catalog.set_config(name, '0', false) FROM pg_catalog.pg_settings WHERE name = 'idle_session_timeout'`;
