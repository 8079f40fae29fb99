/** Disasters within a server that works: rows, tables, a whole database. */
import assert from 'node:assert/strict';
import { query } from '../../support/postgres-cluster';
import { DATABASE, OTHER_DATABASE } from '../scene';
import type { Disaster } from './disaster';
import type { RunningShop } from './running-shop';

export const databaseCorruption: Disaster = {
  name: 'database-corruption',
  heading: 'Database corruption',
  happens: async (shop) => {
    const before = await shop.transfers();
    const { snapshotAt } = shop.manifest;
    const damagedAt = new Date();
    await query(shop.url, 'UPDATE transfer SET amount = 0; UPDATE account SET balance = 7, moves = 0');
    // It was noticed only after the next backup: the newest point holds the damage, too.
    await shop.backUp();
    return {
      damagedAt,
      snapshotAt: new Date(snapshotAt),
      judge: async (output) => {
        await shop.demandRestored(DATABASE, before);
        const [, kept = ''] = /The old database is (shop_before_\w+);/.exec(output) ?? [];
        const [row] = await query(shop.at(kept), 'SELECT max(amount) AS amount FROM transfer');
        assert.equal(row?.['amount'], 0, 'The damaged database was not kept.');
      },
    };
  },
};

export const deletedRows: Disaster = {
  name: 'deleted-rows',
  heading: 'Deleted rows',
  happens: async (shop) => {
    const before = await contentOf(shop);
    const damagedAt = new Date();
    await query(shop.url, 'DELETE FROM transfer WHERE id <= 20');
    // Life goes on: what is written since must stay.
    await query(shop.url, `UPDATE transfer SET at = '2026-01-01' WHERE id = 21`);
    return {
      damagedAt,
      // No row of the point is lost, whatever was written after it.
      snapshotAt: damagedAt,
      judge: async () => {
        assert.deepEqual(await contentOf(shop), before, 'The deleted rows are not all back.');
        const [changed] = await query(shop.url, `SELECT at::date::text AS at FROM transfer WHERE id = 21`);
        assert.equal(changed?.['at'], '2026-01-01', 'A row that was changed since was overwritten.');
      },
    };
  },
};

/** Without what was changed since. */
const contentOf = (shop: RunningShop) =>
  query(shop.url, 'SELECT id, payer, payee, amount FROM transfer ORDER BY id');

export const droppedTable: Disaster = {
  name: 'dropped-table',
  heading: 'Dropped table',
  happens: async (shop) => {
    const before = await shop.transfers();
    const damagedAt = new Date();
    await query(shop.url, 'DROP TABLE transfer CASCADE');
    return {
      damagedAt,
      snapshotAt: new Date(shop.manifest.snapshotAt),
      judge: async () => {
        const [row] = await query(
          shop.url,
          `SELECT (SELECT count(*)::int FROM transfer) AS rows,
                  (SELECT count(*)::int FROM pg_constraint WHERE conrelid = 'transfer'::regclass) AS constraints,
                  nextval(pg_get_serial_sequence('transfer', 'id')) > (SELECT max(id) FROM transfer) AS next`,
        );
        const rows = Number(row?.['rows']);
        assert.ok(rows > 0 && rows <= before, `The table has ${rows} rows.`);
        assert.deepEqual(
          { constraints: row?.['constraints'], next: row?.['next'] },
          { constraints: 3, next: true },
        );
      },
    };
  },
};

export const wrongDatabase: Disaster = {
  name: 'wrong-database',
  heading: 'Wrong database',
  happens: async (shop) => {
    const billing = () =>
      query(
        shop.at(OTHER_DATABASE),
        'SELECT oid::text, (SELECT count(*) FROM basket) FROM pg_database WHERE datname = current_database()',
      );
    const before = await billing();
    const transfers = await shop.transfers();
    await query(shop.url, 'UPDATE account SET balance = 0');
    return {
      damagedAt: new Date(),
      snapshotAt: new Date(shop.manifest.snapshotAt),
      judge: async (output) => {
        assert.match(output, /exit code 8/);
        assert.deepEqual(await billing(), before, 'The wrong database was touched.');
        await shop.demandRestored(DATABASE, transfers);
      },
    };
  },
};
