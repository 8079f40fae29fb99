/**
 * `npm run image [-- MAJOR]`: builds the image without Docker; then it backs up and restores as a task of Fargate would:
 * its own user, a read-only root, all it knows by environment. Exits with 0 only where each step did what it should.
 * Needs root and Debian's packages buildah and debootstrap.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { auditPrefix } from '../../lib/contract/audit-event';
import { ENVIRONMENT } from '../../lib/contract/environment';
import { EXIT_CODES } from '../../lib/contract/failure';
import { manifestPrefix } from '../../lib/contract/object-keys';
import { IMAGE_USER, WRITABLE_FOLDERS } from '../../lib/contract/task-image';
import { openStore } from '../../lib/runtime/open-store';
import { Report } from '../rehearsal/report';
import { Stage } from '../rehearsal/stage';
import { startEmulator } from '../support/emulator';
import { adminClient, lockedBucket } from '../support/locked-bucket';
import { query, startCluster, TEST_PASSWORD } from '../support/postgres-cluster';
import { emulatorEnvironment, publishSharedServers } from '../support/shared-servers';
import { eventually } from '../support/spawn';
import { startTask, type TaskResult } from './task';

const DATABASE = 'shop';
const BULK = `
  CREATE TABLE customer (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL);
  INSERT INTO customer (name) SELECT 'customer ' || i FROM generate_series(1, 10000) i;
  CREATE TABLE event AS SELECT i AS id, md5(i::text) AS a, md5((i + 1)::text) AS b FROM generate_series(1, 1500000) i;
  SELECT lo_from_bytea(0, 'a large object')`;
const COUNTS = `SELECT (SELECT count(*) FROM customer)::int AS customers, (SELECT count(*) FROM event)::int AS events`;

async function rehearse(stage: Stage, report: Report, major: number): Promise<void> {
  const environment = await setUp(stage, major);
  const run = (args: readonly string[], changes: Readonly<Record<string, string>> = {}) =>
    startTask(major, args, { ...environment.task, ...changes });

  await report.step(
    'The image is what the task definitions take it for',
    async () => (await run(['--entrypoint', '/bin/sh', '-c', LOOK_AROUND]).ended).output.trim(),
    (found) => {
      assert.equal(
        found,
        `${IMAGE_USER} first process; writable: ${Object.values(WRITABLE_FOLDERS).sort().join(' ')}`,
      );
      return found;
    },
  );
  await report.step(
    'A backup by environment alone',
    async () => succeeded(await run(['backup']).ended),
    ({ output, seconds }) => `${/Recovery point \S+/.exec(output)?.[0] ?? output} in ${seconds.toFixed(1)} s`,
  );
  await report.step(
    'It restores, and is compared row by row',
    async () => {
      const restored = succeeded(await run(['restore', 'newest']).ended);
      const [before] = await query(environment.source, COUNTS);
      const [after] = await query(environment.restored, COUNTS);
      assert.deepEqual(after, before);
      assert.match(restored.output, /It is what was backed up: no difference/);
      return restored;
    },
    ({ seconds }) => `no difference, in ${seconds.toFixed(1)} s`,
  );
  await report.step(
    'A task that is stopped says so, and leaves no recovery point',
    async () => {
      const points = await keysBelow(environment.store, manifestPrefix(DATABASE));
      const history = await keysBelow(environment.store, auditPrefix('backup', DATABASE));
      const task = run(['backup'], { [ENVIRONMENT.compression]: 'gzip:9' });
      await eventually('the backup begins', async () => {
        const begun = await keysBelow(environment.store, auditPrefix('backup', DATABASE));
        assert.equal(begun.length, history.length + 1);
      });
      task.stop();
      const { exitCode, output } = await task.ended;
      assert.equal(exitCode, EXIT_CODES.stopped, output);
      assert.deepEqual(await keysBelow(environment.store, manifestPrefix(DATABASE)), points);
      assert.equal(
        (await keysBelow(environment.store, auditPrefix('backup', DATABASE))).length,
        history.length + 2,
      );
      return exitCode;
    },
    (exitCode) => `exit code ${exitCode}, and the audit has its end`,
  );
}

/** Prints user, process id and what can be written. */
const LOOK_AROUND = `
  [ $$ = 1 ] && first='first process'
  writable=$(for folder in / /opt /opt/backstop /etc /usr /var /var/tmp /run /dev /home /scratch /tmp; do
    touch "$folder/probe" 2>/dev/null && printf ' %s' "$folder"
  done)
  echo "$(id -u):$(id -g) $first; writable:$writable"`;

async function setUp(stage: Stage, major: number) {
  const [emulator, cluster] = await Promise.all([stage.use(startEmulator()), stage.use(startCluster(major))]);
  publishSharedServers({ postgres: {}, emulator: emulator.endpoint });
  const source = await cluster.createDatabase(DATABASE);
  await query(source, BULK);
  const admin = adminClient();
  const store = `s3://${await lockedBucket(admin)}`;
  admin.destroy();
  const server = `postgres://backstop@127.0.0.1:${cluster.port}`;
  const task = {
    ...emulatorEnvironment(),
    PGPASSWORD: TEST_PASSWORD,
    [ENVIRONMENT.store]: store,
    [ENVIRONMENT.signer]: `kms:${await signingKey()}`,
    [ENVIRONMENT.database]: DATABASE,
    [ENVIRONMENT.from]: `${server}/${DATABASE}`,
    [ENVIRONMENT.keep]: 'daily=7',
    [ENVIRONMENT.reason]: 'rehearsal of the image',
    [ENVIRONMENT.requestedBy]: 'npm run image',
    [ENVIRONMENT.slot]: new Date().toISOString(),
    [ENVIRONMENT.to]: server,
    [ENVIRONMENT.targetDatabase]: 'restored',
  };
  return { task, store, source, restored: cluster.url('restored') };
}

async function signingKey(): Promise<string> {
  const kms = new KMSClient({});
  const { KeyMetadata } = await kms.send(
    new CreateKeyCommand({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }),
  );
  kms.destroy();
  return KeyMetadata?.Arn ?? '';
}

async function keysBelow(url: string, prefix: string): Promise<string[]> {
  const store = openStore(url);
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  await store.close();
  return keys;
}

function succeeded(result: TaskResult): TaskResult {
  assert.equal(result.exitCode, 0, result.output);
  return result;
}

function build(major: number): void {
  const script = path.resolve(__dirname, '../../containers/build-without-docker');
  const { status } = spawnSync(script, [String(major)], { stdio: 'inherit' });
  if (status !== 0) throw new Error('The image was not built; the reason stands above.');
}

async function main(): Promise<number> {
  const major = Number(process.argv[2] ?? 17);
  build(major);
  const [stage, report] = [new Stage(), new Report(process.stdout)];
  try {
    await rehearse(stage, report, major);
    report.end();
    return 0;
  } catch (error) {
    report.fail(error);
    return 1;
  } finally {
    await stage.close(() => Promise.resolve());
  }
}

main().then(
  (exitCode) => process.exit(exitCode),
  (error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exit(1);
  },
);
