/** A drill's server that is there already, for example of production's class: only there a true RTO is measured. */
import { admitVersion, readTargetServer, withSession } from './target-server';
import type { ConnectionTarget } from './connection';
import type { DrillServers } from './drill-server';

/** @param maintenance a database of the server that exists; drills make others beside it */
export function givenServer(maintenance: ConnectionTarget): DrillServers {
  return {
    kind: 'server',
    with: async ({ major }, task) => {
      const server = await withSession(maintenance, readTargetServer);
      admitVersion(major, server.major);
      return task({ kind: 'server', maintenance, ...server });
    },
  };
}
