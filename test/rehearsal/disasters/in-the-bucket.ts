/** Disasters of the backups themselves: hidden, forged, tampered with, or not made for a month. */
import assert from 'node:assert/strict';
import { generateKeyPairSync, sign as signBytes } from 'node:crypto';
import { deployedFunction, invoke } from '../../support/deployed-function';
import { query } from '../../support/postgres-cluster';
import { LIGHT_GAUGES, METRIC_DIMENSIONS } from '../../../lib/contract/metrics';
import { recoveryPointId } from '../../../lib/contract/recovery-point-id';
import { manifestKey as keyOfManifest } from '../../../lib/contract/object-keys';
import { flipped } from '../intruder';
import { DATABASE, OTHER_DATABASE } from '../scene';
import { agedPoint } from './aged-point';
import type { Disaster } from './disaster';
import type { RunningShop } from './running-shop';

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

/**
 * What was written in that month is lost, whatever objective there is: it is broken long before. Kept is the one that
 * somebody hears of it in time.
 */
export const backupsFailingUnnoticed: Disaster = {
  name: 'backups-failing-unnoticed',
  heading: 'Backups failing unnoticed',
  lossIsTold: true,
  happens: async (shop) => {
    const before = await shop.transfers();
    const point = await agedPoint(shop, new Date(Date.now() - DAYS_OF_SILENCE * 86_400_000));
    const age = await newestPointAgeHours(shop, OTHER_DATABASE);
    assert.ok(age > DAYS_OF_SILENCE * 24 - 1, `The monitor says that the newest point is ${age} h old.`);
    await query(shop.at('postgres'), `DROP DATABASE ${DATABASE} WITH (FORCE)`);
    return {
      damagedAt: new Date(),
      snapshotAt: new Date(point.snapshotAt),
      variables: { POINT: point.id, BACKSTOP_DATABASE: OTHER_DATABASE },
      judge: async (output) => {
        assert.match(output, /expired/);
        await shop.demandRestored(RESTORED, before);
      },
    };
  },
};

/** As the deployed monitor publishes it in its next pass: BackupMissing is about nothing else. */
async function newestPointAgeHours({ scene, folderFor }: RunningShop, database: string): Promise<number> {
  const monitor = await deployedFunction(scene.emulator.endpoint, 'MonitorProgram', folderFor('monitor'));
  const lines = (await invoke(monitor, { pass: 'light' })).split('\n').filter((line) => line.startsWith('{'));
  const published = lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  const ofDatabase = published.find(
    (each) =>
      each[METRIC_DIMENSIONS.database] === database && typeof each[LIGHT_GAUGES.newestPointAge] === 'number',
  );
  return Number(ofDatabase?.[LIGHT_GAUGES.newestPointAge]);
}
