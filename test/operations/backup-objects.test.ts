import { storeManifest } from '../../lib/operations/backup-objects';
import type { BackupTools } from '../../lib/operations/backup-request';
import { readManifest } from '../../lib/operations/read-manifest';
import { Failure } from '../../lib/contract/failure';
import { systemClock } from '../../lib/runtime/clock';
import { silentReporter } from '../../lib/runtime/reporter';
import { StoreKeyExists } from '../../lib/runtime/store';
import { makeBench, type Bench } from '../support/make-backup';
import { shopDatabase } from '../support/small-database';

let bench: Bench;
beforeAll(async () => {
  bench = await makeBench(await shopDatabase());
});

function tools(signal = new AbortController().signal): BackupTools {
  const { store, signer } = bench;
  const randomBytes = (count: number) => new Uint8Array(count);
  return { store, signer, clock: systemClock, reporter: silentReporter, randomBytes, signal };
}

test("a key that holds another run's manifest is a failure, and that manifest stays", async () => {
  const { manifest, manifestKey } = await bench.backup();
  const another = { ...manifest, reason: 'another run' };
  await expect(storeManifest(another, tools())).rejects.toThrow(StoreKeyExists);
  const trust = { keys: await bench.signer.trustedPublicKeys(), allowUnsigned: false };
  expect(await readManifest(bench.store, trust, manifestKey)).toEqual(manifest);
});

test('a run that was stopped before its manifest writes none', async () => {
  const { manifest } = await bench.backup();
  const before = await bench.keys('manifests/');
  const stopped = new Failure('stopped', 'Stopped by SIGTERM.');
  const next = { ...manifest, id: '20261120T020000Z-0ffbcd' };
  await expect(storeManifest(next, tools(AbortSignal.abort(stopped)))).rejects.toBe(stopped);
  expect(await bench.keys('manifests/')).toEqual(before);
});
