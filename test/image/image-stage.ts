/** What both parts of `npm run image` work with: a database, a store, and the environment that a task gets. */
import assert from 'node:assert/strict';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { ENVIRONMENT } from '../../lib/contract/environment';
import { openStore } from '../../lib/runtime/open-store';
import { adminClient, lockedBucket } from '../support/locked-bucket';
import { TEST_PASSWORD } from '../support/postgres-cluster';
import { emulatorEnvironment } from '../support/shared-servers';
import type { TaskResult } from './task';

export const DATABASE = 'shop';
export const BULK = `
  CREATE TABLE customer (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL);
  INSERT INTO customer (name) SELECT 'customer ' || i FROM generate_series(1, 10000) i;
  CREATE TABLE event AS SELECT i AS id, md5(i::text) AS a, md5((i + 1)::text) AS b FROM generate_series(1, 1500000) i;
  SELECT lo_from_bytea(0, 'a large object')`;

export const tasksImage = (major: number) => `backstop-postgres:${major}`;

/** A bucket and keys of its own in the emulator, and what a task of any kind is told of them. */
export async function setUpStore() {
  const admin = adminClient();
  const store = `s3://${await lockedBucket(admin)}`;
  admin.destroy();
  const evidenceSigner = `kms:${await signingKey()}`;
  const environment = {
    ...emulatorEnvironment(),
    PGPASSWORD: TEST_PASSWORD,
    [ENVIRONMENT.store]: store,
    [ENVIRONMENT.signer]: `kms:${await signingKey()}`,
    [ENVIRONMENT.evidenceSigner]: evidenceSigner,
    [ENVIRONMENT.database]: DATABASE,
    [ENVIRONMENT.keep]: 'daily=7',
    [ENVIRONMENT.reason]: 'rehearsal of the image',
    [ENVIRONMENT.requestedBy]: 'npm run image',
  };
  return { store, evidenceSigner, environment };
}

async function signingKey(): Promise<string> {
  const kms = new KMSClient({});
  const { KeyMetadata } = await kms.send(
    new CreateKeyCommand({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }),
  );
  kms.destroy();
  return KeyMetadata?.Arn ?? '';
}

export async function keysBelow(url: string, prefix: string): Promise<string[]> {
  const store = openStore(url);
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  await store.close();
  return keys;
}

export function succeeded(result: TaskResult): TaskResult {
  assert.equal(result.exitCode, 0, result.output);
  return result;
}
