/** What of the audit is read: only what was asked for, and nothing of it keeps the rest from being told. */
import { mkdtempSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { AuditEvent } from '../../lib/contract/audit-event';
import { readAudit } from '../../lib/operations/read-audit';
import { DirectoryStore } from '../../lib/runtime/directory-store';
import { s3Client } from '../../lib/runtime/s3-api';
import { S3Store } from '../../lib/runtime/s3-store';
import type { Store } from '../../lib/runtime/store';
import { adminClient, lockedBucket } from '../support/locked-bucket';
import { tellRun } from '../support/monitor-bench';

const directory = () => mkdtempSync(path.join(tmpdir(), 'audit-'));
const SINCE = new Date('2026-11-20T00:00:00Z');
const GARBAGE = Buffer.from('{');

async function tell(store: Store, id: string, at: string, changes: Partial<AuditEvent> = {}): Promise<void> {
  const run = { database: 'shop', id, ...changes };
  await tellRun(store, { ...run, event: 'started', at });
  await tellRun(store, { ...run, event: 'ended', at, exitCode: 0 });
}

describe.each(['directory', 'bucket'])('of a %s', (kind) => {
  let store: Store;
  beforeEach(async () => {
    store =
      kind === 'directory'
        ? new DirectoryStore(directory())
        : new S3Store(await lockedBucket(adminClient()), s3Client());
  });

  test('only the days that matter are read', async () => {
    // It would be told as unreadable, were it read.
    await store.put('audit/backup/shop/2026/11/18/20261118T020000Z-000000-ended.json', GARBAGE);
    await tell(store, '20261119T020000Z-000000', '2026-11-19T02:10:00Z');
    await tell(store, '20261119T233000Z-000000', '2026-11-20T00:10:00Z');
    await tell(store, '20261120T020000Z-000000', '2026-11-20T02:10:00Z');
    const { entries, unreadable } = await readAudit(store, { since: SINCE });
    expect(entries.map(({ id }) => id)).toEqual(['20261120T020000Z-000000', '20261119T233000Z-000000']);
    expect(unreadable).toEqual([]);
  });

  test('every database and program is found, whatever its name sorts beside', async () => {
    const databases = ['shop', 'shop-2', 'shop.eu', 'shop0', 'shop_x', 'a'];
    for (const database of databases)
      await tell(store, '20261120T020000Z-000000', '2026-11-20T02:10:00Z', { database });
    await tell(store, '20261120T030000Z-000000', '2026-11-20T03:10:00Z', { program: 'drill' });
    const { entries } = await readAudit(store, { since: SINCE });
    expect(entries.map(({ program, database }) => `${program} ${database}`).sort()).toEqual(
      ['drill shop', ...databases.map((name) => `backup ${name}`)].sort(),
    );
    const one = await readAudit(store, { since: SINCE, database: 'shop', program: 'drill' });
    expect(one.entries).toMatchObject([{ program: 'drill', database: 'shop' }]);
  });

  test('an event that cannot be read, or tells of another run, is told and hides nothing', async () => {
    await tell(store, '20261120T020000Z-000000', '2026-11-20T02:10:00Z');
    const day = 'audit/backup/shop/2026/11/20';
    await tellRun(store, { database: 'shop', id: '20261120T030000Z-000000', event: 'started' });
    await store.put(`${day}/20261120T030000Z-000000-ended.json`, GARBAGE);
    const other = JSON.stringify({
      ...{ version: 1, program: 'backup', database: 'shop', id: '20261120T020000Z-000000', event: 'ended' },
      ...{ at: '2026-11-20T02:10:00Z', who: 'w', reason: 'r', exitCode: 0 },
    });
    await store.put(`${day}/20261120T040000Z-000000-ended.json`, Buffer.from(other));
    const { entries, unreadable } = await readAudit(store, { since: SINCE });
    expect(entries).toMatchObject([
      { id: '20261120T040000Z-000000', state: 'unreadable' },
      { id: '20261120T030000Z-000000', state: 'unreadable', who: 'tester' },
      { id: '20261120T020000Z-000000', state: 'ended' },
    ]);
    expect(unreadable.map(({ fault }) => fault)).toEqual(['it is no JSON', 'it tells of another run']);
  });
});

test('a hold that was moved lately is told, though its point is old', async () => {
  const folder = directory();
  const store = new DirectoryStore(folder);
  const of = { program: 'keeper', database: 'shop', who: 'keeper' } as const;
  await tellRun(store, { ...of, id: '20250101T020000Z-000000', event: 'held', at: '2025-01-02T00:00:00Z' });
  const old = new Date('2025-01-02T00:00:00Z');
  utimesSync(path.join(folder, 'audit/keeper/shop/2025/01/01/20250101T020000Z-000000-held.json'), old, old);
  await tellRun(store, {
    ...of,
    id: '20250101T020000Z-000000',
    event: 'released',
    at: new Date().toISOString(),
  });
  const { entries } = await readAudit(store, { since: new Date(Date.now() - 60_000) });
  expect(entries).toMatchObject([{ state: 'released', id: '20250101T020000Z-000000' }]);
});
