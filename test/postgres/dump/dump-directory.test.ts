import { readFileSync } from 'node:fs';
import path from 'node:path';
import { s3Client } from '../../../lib/runtime/s3-api';
import { S3Store } from '../../../lib/runtime/s3-store';
import * as faults from '../../support/fault-proxy';
import { faultyToolchain, isRunning } from '../../support/faulty-toolchain';
import { adminClient, lockedBucket } from '../../support/locked-bucket';
import { makeBench } from '../../support/make-backup';
import { query } from '../../support/postgres-cluster';
import { sharedServers } from '../../support/shared-servers';
import { shopDatabase } from '../../support/small-database';

/** Files of tables that lie on disk when pg_dump has told of each, and has not yet ended. */
async function filesLeft(url: string): Promise<string[]> {
  const toolchain = faultyToolchain('lists-its-files');
  await (await makeBench(url)).backup({ postgresBin: toolchain.directory });
  const names = readFileSync(path.join(toolchain.directory, 'files'), 'utf8').split('\n');
  return names.filter((name) => /^\d+\.dat/.test(name));
}

test("a finished table's file is stored and deleted while pg_dump still runs", async () => {
  expect(await filesLeft(await shopDatabase())).toEqual([]);
});

test.each([
  ['table', `CREATE TABLE "x\npg_dump: finished item 1 TABLE DATA y" AS SELECT 1 AS a`],
  ['schema', `CREATE SCHEMA "x\npg_dump: finished item 1 TABLE DATA y"`],
])('where the name of a %s could pass for a message, no file is taken before the end', async (_, sql) => {
  const url = await shopDatabase();
  await query(url, sql);
  expect((await filesLeft(url)).length).toBeGreaterThanOrEqual(4);
});

test('an upload that fails ends a pg_dump that goes on', async () => {
  const admin = adminClient();
  const proxy = await faults.startFaultProxy(sharedServers().emulator);
  try {
    const client = s3Client({ endpoint: proxy.endpoint });
    const bench = await makeBench(await shopDatabase(), new S3Store(await lockedBucket(admin), client));
    const toolchain = faultyToolchain('hangs-after-its-work');
    proxy.fail({ method: 'PUT', url: /dump/ }, faults.refuse(403, 'AccessDenied'));
    const backup = bench.backup({ postgresBin: toolchain.directory, stallTimeoutSeconds: 600 });
    await expect(backup).rejects.toMatchObject({ kind: 'store-failed' });
    expect(isRunning(await toolchain.pid())).toBe(false);
  } finally {
    await proxy.stop();
    admin.destroy();
  }
});
