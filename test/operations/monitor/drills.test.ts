/** What the monitor publishes of drills: which proofs count, which failures, and what makes up for them. */
import { auditKey } from '../../../lib/contract/audit-event';
import { drillTaskFamily } from '../../../lib/contract/names';
import { recoveryPointId } from '../../../lib/contract/recovery-point-id';
import { newSigner, WatchedShop, type PutPoint } from '../../support/watched-shop';
import { evidenceOf, putEvidence } from '../../support/made-evidence';

const UNPROVEN = { provenPointAge: 100_000, drillRestoreSeconds: 0 };

let shop: WatchedShop;
let point: PutPoint;

beforeEach(async () => {
  shop = await WatchedShop.make();
  point = await shop.at('2026-11-20T02:00:00Z').backUp();
});

const idAt = (time: string) => recoveryPointId(new Date(time), Buffer.from([3, 4]));

test('a point that no drill has restored is not proven', async () => {
  expect(await shop.lookAfter(30)).toMatchObject({ ...UNPROVEN, failedDrills: 0 });
});

test('a proof counts from the snapshot of its point, and tells how long the restore took', async () => {
  await shop.at('2026-11-20T03:00:00Z').prove(point, { restoreSeconds: 754 });
  expect(await shop.at('2026-11-20T06:30:00Z').look('light')).toMatchObject({
    ...{ provenPointAge: 4.5, drillRestoreSeconds: 754, failedDrills: 0 },
  });
});

test('the newest point that is proven counts, not the newest drill', async () => {
  const newer = await shop.at('2026-11-21T02:00:00Z').backUp();
  await shop.at('2026-11-21T03:00:00Z').prove(newer, { restoreSeconds: 20 });
  await shop.at('2026-11-21T04:00:00Z').prove(point, { restoreSeconds: 10 });
  expect(await shop.look('light')).toMatchObject({ provenPointAge: 2, drillRestoreSeconds: 20 });
});

describe('a proof does not count', () => {
  test('that the key of manifests has signed', async () => {
    await putEvidence(shop.bucket, shop.manifestSigner, evidenceOf(point.manifest, point.bytes, shop.now));
    expect(await shop.lookAfter(5)).toMatchObject(UNPROVEN);
    expect(shop.monitor.told).toContainEqual(expect.stringMatching(/^Proves nothing: evidence\//));
  });

  test('that a stranger has signed', async () => {
    await putEvidence(shop.bucket, await newSigner(), evidenceOf(point.manifest, point.bytes, shop.now));
    expect(await shop.lookAfter(5)).toMatchObject(UNPROVEN);
  });

  test('whose manifest is another one than the one that is there', async () => {
    await shop.prove(point, { manifestSha256: 'a'.repeat(64) });
    expect(await shop.lookAfter(5)).toMatchObject(UNPROVEN);
  });

  test('whose manifest is gone', async () => {
    await shop.prove(point);
    shop.bucket.destroy(point.key);
    expect(await shop.lookAfter(5)).toMatchObject(UNPROVEN);
  });

  test('whose manifest cannot be believed', async () => {
    await shop.prove(point);
    shop.bucket.overwrite(point.key, Buffer.from('{}'));
    expect(await shop.lookAfter(5)).toMatchObject(UNPROVEN);
  });

  test('whose point has expired', async () => {
    await shop.prove(point);
    expect(await shop.at('2026-12-19T02:00:00Z').look('light')).toMatchObject({ provenPointAge: 29 * 24 });
    expect(await shop.at('2026-12-20T02:00:00Z').look('light')).toMatchObject(UNPROVEN);
  });

  test('whose point comes from the future', async () => {
    const early = await shop.at('2027-11-20T02:00:00Z').backUp();
    await shop.at('2026-11-20T03:00:00Z').prove(early);
    expect(await shop.lookAfter(5)).toMatchObject(UNPROVEN);
  });

  test('whose point has lost an object since', async () => {
    await shop.prove(point);
    expect(await shop.lookAfter(5)).toMatchObject({ provenPointAge: expect.closeTo(1 / 12) });
    shop.bucket.destroy(point.manifest.files[0]!.key);
    await shop.at('2026-11-20T02:07:00Z').look('full');
    expect(await shop.lookAfter(5)).toMatchObject({ ...UNPROVEN, storedFaults: 1 });
  });
});

test('a proof that does not count leaves the one before it to count', async () => {
  await shop.at('2026-11-20T03:00:00Z').prove(point);
  const newer = await shop.at('2026-11-21T02:00:00Z').backUp();
  await shop.at('2026-11-21T03:00:00Z').prove(newer, { manifestSha256: 'a'.repeat(64) });
  expect(await shop.look('light')).toMatchObject({ provenPointAge: 25 });
});

test('a delete marker above manifest and objects takes no proof away: a restore sees through it', async () => {
  await shop.prove(point);
  for (const key of [point.key, ...point.manifest.files.map((file) => file.key)])
    shop.bucket.placeDeleteMarker(key);
  expect(await shop.lookAfter(60)).toMatchObject({ provenPointAge: 1, storedFaults: 0 });
});

describe.each([
  [7, 'stored data is faulty'],
  [8, 'the restore is refused'],
  [9, 'the restore failed'],
  [10, 'differences were found'],
])('a drill that ended with %i: %s', (exitCode, failure) => {
  const id = idAt('2026-11-21T03:00:00Z');

  beforeEach(async () => {
    await shop.at('2026-11-20T03:00:00Z').prove(point);
    await shop.at('2026-11-21T03:00:00Z').tellDrill(id, exitCode, failure);
  });

  test('counts in every pass, and leaves what was proven before', async () => {
    const expected = { failedDrills: 1, drillRestoreSeconds: 60 };
    expect(await shop.lookAfter(0)).toMatchObject({ ...expected, provenPointAge: 25 });
    expect(await shop.lookAfter(20 * 60)).toMatchObject({ ...expected, provenPointAge: 45 });
    expect(shop.monitor.told).toContain(`shop, drill: run ${id} ended with ${exitCode}: ${failure}`);
  });

  test('is made up for by a newer proof, and not by a newer backup', async () => {
    const newer = await shop.at('2026-11-22T02:00:00Z').backUp();
    expect(await shop.look('light')).toMatchObject({ failedDrills: 1 });
    await shop.at('2026-11-22T03:00:00Z').prove(newer);
    expect(await shop.lookAfter(60)).toMatchObject({ failedDrills: 0, provenPointAge: 2 });
  });
});

test('a point that failed its drill is not made up for by a later proof of an older one', async () => {
  const newer = await shop.at('2026-11-21T02:00:00Z').backUp();
  await shop.at('2026-11-21T03:00:00Z').prove(newer, { outcome: 'failed', exitCode: 10 });
  await shop.at('2026-11-21T05:00:00Z').prove(point);
  expect(await shop.lookAfter(60)).toMatchObject({ failedDrills: 1, provenPointAge: 28 });
  await shop.at('2026-11-21T07:00:00Z').prove(newer);
  expect(await shop.lookAfter(60)).toMatchObject({ failedDrills: 0, provenPointAge: 6 });
});

describe('a drill of a newer point that fails, begun before the proof of an older one and ended after it', () => {
  const failing = async (isAudited: boolean) => {
    const newer = await shop.at('2026-11-21T02:00:00Z').backUp();
    const startedAt = new Date('2026-11-21T03:00:00Z');
    await shop.at('2026-11-21T04:00:00Z').prove(point, { finishedAt: '2026-11-21T05:00:00.000Z' });
    const finishedAt = shop.at('2026-11-21T06:00:00Z').now.toISOString();
    const changes = { outcome: 'failed', exitCode: 10, finishedAt } as const;
    const evidence = evidenceOf(newer.manifest, newer.bytes, startedAt, changes);
    if (isAudited) await shop.tellDrill(evidence.id, 10, 'differences were found');
    await putEvidence(shop.bucket, shop.evidenceSigner, evidence);
    return { newer, id: evidence.id };
  };

  test.each([
    ['audit and evidence tell', true],
    ['only evidence tells', false],
  ])('counts once where %s of it', async (_, isAudited) => {
    const { newer, id } = await failing(isAudited);
    expect(await shop.lookAfter(60)).toMatchObject({ failedDrills: 1, provenPointAge: 29 });
    expect(shop.monitor.told).toEqual([
      `shop, drill: run ${id} ended with 10: nothing as new as ${newer.manifest.id} is proven`,
    ]);
  });

  test('is made up for once the newer point is proven', async () => {
    const { newer } = await failing(true);
    await shop.at('2026-11-21T07:00:00Z').prove(newer);
    expect(await shop.lookAfter(60)).toMatchObject({ failedDrills: 0, provenPointAge: 6 });
  });
});

test('a drill that failed counts once, though audit and evidence both tell of it', async () => {
  await shop.at('2026-11-20T03:00:00Z').prove(point);
  const newer = await shop.at('2026-11-21T02:00:00Z').backUp();
  await shop.at('2026-11-21T03:00:00Z').prove(newer, { outcome: 'failed', exitCode: 9 });
  expect(await shop.lookAfter(5)).toMatchObject({
    failedDrills: 1,
    provenPointAge: expect.closeTo(25.08, 1),
  });
});

test('a drill that has begun and not ended is stuck after twice the time that the settings expect', async () => {
  await shop.at('2026-11-20T03:00:00Z').tellDrill(idAt('2026-11-20T03:00:00Z'));
  expect(await shop.lookAfter(120)).toMatchObject({ failedDrills: 0 });
  expect(await shop.lookAfter(1)).toMatchObject({ failedDrills: 1, stuckRuns: 0, failedRuns: 0 });
});

test("a drill's task that ECS could not start is a failed drill, and no failed backup", async () => {
  const arn = 'arn:aws:ecs:eu-central-1:111122223333';
  const at = shop.at('2026-11-20T02:10:00Z').now;
  const event = {
    ...{ source: 'aws.ecs', 'detail-type': 'ECS Task State Change', time: at.toISOString() },
    detail: {
      taskArn: `${arn}:task/backstop/c13b4cb40f1f4fe4a2971f76ae5a47ad`,
      taskDefinitionArn: `${arn}:task-definition/${drillTaskFamily('backstop', 'shop')}:1`,
      ...{ lastStatus: 'STOPPED', stopCode: 'TaskFailedToStart', stoppedReason: 'no such image' },
      ...{ createdAt: at.toISOString(), stoppedAt: at.toISOString(), containers: [{ name: 'drill' }] },
    },
  };
  const told = await shop.monitor.answer(event, at);
  expect(told.error).toBeUndefined();
  expect(told.published['shop']).toMatchObject({ failedDrills: 1, failedRuns: 0 });
  expect(await shop.lookAfter(30)).toMatchObject({ failedDrills: 1, failedRuns: 0 });
  await shop.prove(point);
  expect(await shop.lookAfter(30)).toMatchObject({ failedDrills: 0 });
});

test('an event of the end of a drill that cannot be read is a failure', async () => {
  const id = idAt('2026-11-20T03:00:00Z');
  const key = auditKey({ program: 'drill', database: 'shop', id, event: 'ended' });
  await shop.bucket.put(key, Buffer.from('{'));
  expect(await shop.lookAfter(5)).toMatchObject({ failedDrills: 1 });
});

describe('of drills that prove nothing', () => {
  test('hundreds take away nothing that was proven before, and each counts as failed up to the hundredth', async () => {
    await shop.at('2026-11-20T02:30:00Z').prove(point);
    const start = shop.now.getTime();
    for (let index = 1; index <= 150; index++) {
      const at = new Date(start + index * 60_000);
      const failed = { outcome: 'failed', exitCode: 10 } as const;
      await putEvidence(
        shop.bucket,
        shop.evidenceSigner,
        evidenceOf(point.manifest, point.bytes, at, failed),
      );
    }
    expect(await shop.at('2026-11-20T06:00:00Z').look('light')).toMatchObject({
      ...{ provenPointAge: 4, drillRestoreSeconds: 60, failedDrills: 100 },
    });
  });

  test('five thousand are looked at, and beyond them nothing is claimed: neither an age nor holds', async () => {
    await shop.prove(point);
    const putFalse = (index: number) => {
      const id = recoveryPointId(
        new Date(Date.parse('2026-11-20T03:00:00Z') + index * 1000),
        Buffer.from([1, 2]),
      );
      return shop.bucket.put(`evidence/postgres/shop/${point.manifest.id}/${id}.json`, Buffer.from('{}'));
    };
    for (let index = 1; index < 5000; index++) await putFalse(index);
    shop.at('2026-11-20T06:00:00Z');
    expect(await shop.look('light')).toMatchObject({ provenPointAge: 4 });
    await putFalse(5000);
    for (const pass of ['light', 'full'] as const) {
      const { published, error } = await shop.monitor.pass(pass, shop.now);
      expect(published['shop']).not.toHaveProperty(pass === 'light' ? 'provenPointAge' : 'unkeptObjects');
      expect(error).toMatchObject({
        message: expect.stringContaining('The newest 5000 drills of shop prove nothing'),
      });
    }
  });
});

test('where no drills are asked for, nothing is measured of them', async () => {
  const published = await (await WatchedShop.make({ drills: null })).look('light');
  expect(Object.keys(published).sort()).toEqual([
    'failedRuns',
    'newestPointAge',
    'overdueSlots',
    'storedFaults',
    'stuckRuns',
  ]);
});

test('keys below the evidence of a database that are none of evidence are left alone', async () => {
  await shop.prove(point);
  await shop.bucket.put(`evidence/postgres/shop/${point.manifest.id}/notes.txt`, Buffer.from('x'));
  await shop.bucket.put('evidence/postgres/shop/zzz', Buffer.from('x'));
  expect(await shop.lookAfter(60)).toMatchObject({ provenPointAge: 1 });
  expect(shop.monitor.told).toEqual([]);
});
