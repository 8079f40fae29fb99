/** A recovery point as it looks a month after it was made: past its time, proven, and held by the deployed keeper. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { evidenceKey, evidencePrefix, type Evidence } from '../../../lib/contract/evidence';
import { manifestKey } from '../../../lib/contract/object-keys';
import { recoveryPointId } from '../../../lib/contract/recovery-point-id';
import type { Manifest } from '../../../lib/contract/manifest';
import { openSigner } from '../../../lib/runtime/open-signer';
import { encodeEnvelope, sign } from '../../../lib/runtime/signed-document';
import { deployedFunction, invoke } from '../../support/deployed-function';
import { DATABASE, OTHER_DATABASE } from '../scene';
import type { RunningShop } from './running-shop';

/**
 * The newest point again, under another date, as one of the database that was never backed up since: signed by the
 * installation's own keys, and told to its keeper.
 */
export async function agedPoint(shop: RunningShop, madeAt: Date): Promise<Manifest> {
  const { environment, intruder } = shop.scene;
  const aged = older(shop.manifest, madeAt);
  for (const [index, { key }] of shop.manifest.files.entries())
    await intruder.putOver(aged.files[index]?.key ?? '', await newestBytes(shop, key));
  const bytes = await signedBy(environment['BACKSTOP_SIGNER'], aged);
  const key = manifestKey(aged.database, aged.id);
  await intruder.putOver(key, bytes);
  await tellKeeper(shop, [key, await agedEvidence(shop, aged, bytes)]);
  for (const kept of aged.files) {
    const [versionId = ''] = await intruder.versionIds(kept.key);
    assert.equal(await intruder.legalHold(kept.key, versionId), 'ON', `${kept.key} is not held.`);
  }
  return aged;
}

function older(manifest: Manifest, madeAt: Date): Manifest {
  const shift = madeAt.getTime() - Date.parse(manifest.startedAt);
  const at = (instant: string) => new Date(Date.parse(instant) + shift).toISOString();
  const id = recoveryPointId(madeAt, Buffer.from([7, 7]));
  const files = manifest.files.map((file) => ({
    ...file,
    key: file.key.replace(`/${DATABASE}/${manifest.id}/`, `/${OTHER_DATABASE}/${id}/`),
  }));
  return {
    ...{ ...manifest, id, files, database: OTHER_DATABASE, previousManifestSha256: null },
    startedAt: at(manifest.startedAt),
    finishedAt: at(manifest.finishedAt),
    snapshotAt: at(manifest.snapshotAt),
    retainUntil: at(manifest.retainUntil),
    expiresAt: at(manifest.expiresAt),
    newestByClass: { [manifest.class]: at(manifest.startedAt) },
  };
}

async function newestBytes({ scene }: RunningShop, key: string): Promise<Uint8Array> {
  const [versionId = ''] = await scene.intruder.versionIds(key);
  return scene.intruder.read(key, versionId);
}

async function agedEvidence(shop: RunningShop, aged: Manifest, manifestBytes: Buffer): Promise<string> {
  const { intruder, environment } = shop.scene;
  const [proof = ''] = await intruder.keys(`${evidencePrefix(DATABASE)}${shop.provenPoint}/`);
  const { payload } = JSON.parse(Buffer.from(await newestBytes(shop, proof)).toString()) as {
    payload: Evidence;
  };
  const manifestSha256 = createHash('sha256').update(manifestBytes).digest('hex');
  const { database, id: point, snapshotAt } = aged;
  const evidence: Evidence = { ...payload, database, point, snapshotAt, manifestSha256 };
  const key = evidenceKey(evidence);
  await intruder.putOver(key, await signedBy(environment['BACKSTOP_EVIDENCE_SIGNER'], evidence));
  return key;
}

/** EventBridge does it in AWS; the emulator's does not. */
async function tellKeeper({ scene, folderFor }: RunningShop, keys: readonly string[]): Promise<void> {
  const keeper = await deployedFunction(scene.emulator.endpoint, 'Keeper', folderFor('keeper'));
  for (const key of keys)
    await invoke(keeper, {
      ...{ 'detail-type': 'Object Created', source: 'aws.s3' },
      detail: { bucket: { name: scene.storage.bucketName }, object: { key } },
    });
}

async function signedBy(
  spec: string | undefined,
  payload: { type: string; version: number },
): Promise<Buffer> {
  return encodeEnvelope(await sign(payload, await openSigner(spec ?? '')));
}
