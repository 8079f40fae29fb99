/** Disasters of a server or its provider: another one takes over. */
import { TEST_PASSWORD } from '../../support/postgres-cluster';
import { startCluster } from '../../support/postgres-cluster';
import { auditLedger } from '../ledger';
import { DATABASE } from '../scene';
import type { Damaged, Disaster } from './disaster';
import type { RunningShop } from './running-shop';

/** The server of the others stays: it is as good as lost when nothing of it is used. */
async function another(shop: RunningShop): Promise<Damaged> {
  const before = await shop.transfers();
  const { major } = shop.scene.cluster;
  const cluster = await shop.rent(startCluster(major));
  const { files, class: retentionClass, id } = shop.manifest;
  shop.report.say(`${files.length} objects lie below points/${retentionClass}/postgres/${DATABASE}/${id}/`);
  return {
    damagedAt: new Date(),
    snapshotAt: new Date(shop.manifest.snapshotAt),
    variables: {
      SERVER_URL: 'postgres://nobody@127.0.0.1:1',
      SHOP_URL: 'postgres://nobody@127.0.0.1:1/shop',
      NEW_SERVER_URL: cluster.url('').replace(`:${TEST_PASSWORD}`, '').replace(/\/$/, ''),
      ...{ PGHOST: '127.0.0.1', PGPORT: String(cluster.port), PGUSER: 'backstop', POINT: id },
    },
    judge: async () => {
      const transfers = await auditLedger(cluster.url(DATABASE));
      if (transfers < 1 || transfers > before) throw new Error(`The new server has ${transfers} transfers.`);
    },
  };
}

export const serverLost: Disaster = { name: 'server-lost', heading: 'Server lost', happens: another };

export const providerOutage: Disaster = {
  name: 'provider-outage',
  heading: 'Provider outage',
  happens: another,
};
