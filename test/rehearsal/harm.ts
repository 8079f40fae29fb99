/** What is done to backups, by people and by machines, and what must come of it. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { faultyToolchain } from '../support/faulty-toolchain';
import { query } from '../support/postgres-cluster';
import { eventually } from '../support/spawn';
import { pointsListed, type BackedUp } from './back-up';
import { flipped, type Intruder } from './intruder';
import { DATABASE, type Scene } from './scene';

export async function tryToDelete(
  { operator, intruder }: Scene,
  { manifest, manifestKey }: BackedUp,
): Promise<void> {
  const dump = largestFile(manifest).key;
  for (const key of [dump, manifestKey]) {
    const [versionId = ''] = await intruder.versionIds(key);
    assert.equal(await intruder.deleteVersion(key, versionId), 'AccessDenied');
    await intruder.hide(key);
  }
  const { stdout } = await operator.backstop(['list']);
  assert.deepEqual(pointsListed(stdout), [manifest.id]);
  assert.match(stdout, /valid, hidden/);
}

/** As the kernel does it when memory runs out, with a part of the dump in the store. */
export async function killADump(
  { operator, intruder, server, cluster }: Scene,
  { manifest }: BackedUp,
): Promise<void> {
  // It tells its process id, and then becomes the real one.
  const toolchain = faultyToolchain('is-slow', cluster.major);
  const running = operator.start([
    ...['backup', '--database', DATABASE, '--from', `${server}/${DATABASE}`],
    // Slow enough that the midst of it can be met in a small database, too.
    ...['--compression', 'gzip:9', '--postgres-bin', toolchain.directory],
  ]);
  const ended = operator.watch(running, 5);
  // Whoever waits for the dump's first object must learn that the backup failed before.
  const midway = eventually('an object of the dump is stored', () => storedSoFar(intruder, manifest.id));
  toolchain.release();
  await Promise.race([midway, ended]);
  process.kill(await toolchain.pid(), 'SIGKILL');
  await ended;
  const { stdout } = await operator.backstop(['list']);
  assert.deepEqual(pointsListed(stdout), [manifest.id]);
  assert.match(stdout, /objects \(.*\) without a manifest: no recovery point/);
  const check = await operator.backstop(['check']);
  assert.match(check.stdout, /No fault found/);
}

async function storedSoFar(intruder: Intruder, finishedId: string): Promise<void> {
  const keys = await intruder.keys('points/');
  assert.ok(keys.some((key) => key.includes('/dump/') && !key.includes(finishedId)));
}

export async function flipOneByte(
  { operator, intruder, cluster, server }: Scene,
  { manifest }: BackedUp,
): Promise<void> {
  const { key } = largestFile(manifest);
  const [original = ''] = await intruder.versionIds(key);
  await intruder.putOver(key, flipped(await intruder.read(key, original)));
  const check = await operator.backstop(['check'], 7);
  assert.match(check.stdout, /FAULT .*has the CRC-32/);
  const target = `${DATABASE}_from_below`;
  const to = ['--to', server, '--target-database', target];
  const { stdout, stderr } = await operator.backstop(['restore', 'newest', ...to]);
  assert.ok(stderr.includes(`${key} was written over`), 'It is not told what was written over.');
  assert.match(stderr, new RegExp(`Its older version ${original} of .* was used`));
  assert.match(stdout, /no difference/);
  await query(cluster.url(), `DROP DATABASE ${target}`);
}

export async function putItBack({ operator, intruder }: Scene, { manifest }: BackedUp): Promise<void> {
  const { key, sha256 } = largestFile(manifest);
  const [, original = ''] = await intruder.versionIds(key);
  const bytes = await intruder.read(key, original);
  assert.equal(createHash('sha256').update(bytes).digest('hex'), sha256);
  assert.equal(await intruder.deleteVersion(key, original), 'AccessDenied');
  await intruder.putOver(key, bytes);
  const { stdout } = await operator.backstop(['check']);
  assert.match(stdout, /No fault found/);
}

function largestFile({ files }: BackedUp['manifest']) {
  const [largest] = [...files].sort((a, b) => b.bytes - a.bytes);
  assert.ok(largest !== undefined);
  return largest;
}
