/** Disasters of the backups themselves: hidden, forged, tampered with, or not made for a month. */
import assert from 'node:assert/strict';
import { generateKeyPairSync, sign as signBytes } from 'node:crypto';
import { query } from '../../support/postgres-cluster';
import { recoveryPointId } from '../../../lib/contract/recovery-point-id';
import { manifestKey as keyOfManifest } from '../../../lib/contract/object-keys';
import { flipped } from '../intruder';
import { DATABASE, OTHER_DATABASE } from '../scene';
import { agedPoint } from './aged-point';
import type { Disaster } from './disaster';

const RESTORED = 'shop_restored';

export const bucketEmptied: Disaster = {
  name: 'bucket-emptied',
  heading: 'Bucket emptied',
  happens: async (shop) => {
    const { intruder } = shop.scene;
    const before = await shop.transfers();
    for (const key of await intruder.keys('')) await intruder.hide(key);
    assert.deepEqual(await intruder.keys(''), []);
    const [versionId = ''] = await intruder.versionIds(shop.manifestKey);
    assert.equal(await intruder.deleteVersion(shop.manifestKey, versionId), 'AccessDenied');
    await query(shop.at('postgres'), `DROP DATABASE ${DATABASE} WITH (FORCE)`);
    return {
      damagedAt: new Date(),
      snapshotAt: new Date(shop.manifest.snapshotAt),
      judge: async (output) => {
        assert.match(output, /hidden/);
        await shop.demandRestored(DATABASE, before);
      },
    };
  },
};

export const pointTamperedWith: Disaster = {
  name: 'point-tampered-with',
  heading: 'Point tampered with',
  happens: async (shop) => {
    const { intruder } = shop.scene;
    const before = await shop.transfers();
    await shop.backUp();
    const { snapshotAt } = shop.manifest;
    const damagedAt = new Date();
    const [{ key } = { key: '' }] = [...shop.manifest.files].sort((a, b) => b.bytes - a.bytes);
    const [versionId = ''] = await intruder.versionIds(key);
    await intruder.putOver(key, flipped(await intruder.read(key, versionId)));
    return {
      damagedAt,
      snapshotAt: new Date(snapshotAt),
      judge: async (output) => {
        assert.equal(output.match(/^exit code 7$/gm)?.length, 1, 'The check did not find it.');
        assert.match(output, new RegExp(`Its older version ${versionId} of .* was used`));
        await shop.demandRestored(RESTORED, before);
      },
    };
  },
};

export const credentialsStolen: Disaster = {
  name: 'credentials-stolen',
  heading: 'Credentials stolen',
  happens: async (shop) => {
    const { intruder } = shop.scene;
    const before = await shop.transfers();
    const damagedAt = new Date();
    // What a thief may: add. What a thief tries as well: take away.
    const [dump] = shop.manifest.files;
    const [versionId = ''] = await intruder.versionIds(dump?.key ?? '');
    assert.equal(await intruder.deleteVersion(dump?.key ?? '', versionId), 'AccessDenied');
    await intruder.hide(shop.manifestKey);
    const id = recoveryPointId(new Date(), Buffer.from([1, 2]));
    await intruder.putOver(keyOfManifest(DATABASE, id), forged({ ...shop.manifest, id }));
    return {
      damagedAt,
      snapshotAt: new Date(shop.manifest.snapshotAt),
      judge: async (output) => {
        assert.match(output, /^exit code 7$/m);
        assert.match(output, new RegExp(`${shop.manifest.id}.*was restored into ${RESTORED}`));
        await shop.demandRestored(RESTORED, before);
      },
    };
  },
};

/** A manifest with a signature, of a key that nobody trusts. */
function forged(payload: object): Buffer {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const value = signBytes('sha256', Buffer.from(JSON.stringify(payload)), privateKey).toString('base64');
  const signature = { algorithm: 'ECDSA_SHA_256', keySha256: 'f'.repeat(64), value };
  return Buffer.from(JSON.stringify({ payload, signature }));
}

const DAYS_OF_SILENCE = 31;

export const backupsFailingUnnoticed: Disaster = {
  name: 'backups-failing-unnoticed',
  heading: 'Backups failing unnoticed',
  happens: async (shop) => {
    const before = await shop.transfers();
    const madeAt = new Date(Date.now() - DAYS_OF_SILENCE * 86_400_000);
    const point = await agedPoint(shop, madeAt);
    await query(shop.at('postgres'), `DROP DATABASE ${DATABASE} WITH (FORCE)`);
    return {
      // All that was written in that month is lost, and no objective speaks of it: what counts is that anything is there.
      damagedAt: new Date(Date.parse(point.snapshotAt) + 1000),
      snapshotAt: new Date(point.snapshotAt),
      variables: { POINT: point.id, BACKSTOP_DATABASE: OTHER_DATABASE },
      judge: async (output) => {
        assert.match(output, /expired/);
        await shop.demandRestored(RESTORED, before);
      },
    };
  },
};
