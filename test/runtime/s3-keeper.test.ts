import {
  DeleteObjectCommand,
  GetObjectRetentionCommand,
  PutObjectCommand,
  PutObjectRetentionCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { buffer } from 'node:stream/consumers';
import { s3Client } from '../../lib/runtime/s3-api';
import { S3Keeper } from '../../lib/runtime/s3-keeper';
import { S3Store } from '../../lib/runtime/s3-store';
import * as faults from '../support/fault-proxy';
import { adminClient, lockedBucket } from '../support/locked-bucket';
import { sharedServers } from '../support/shared-servers';
import { describeKeeper, versionsIn } from './keeper-conformance';

let admin: S3Client;
beforeAll(() => {
  admin = adminClient();
});
afterAll(() => {
  admin.destroy();
});

describeKeeper('S3', async () => {
  const Bucket = await lockedBucket(admin);
  return {
    keeper: new S3Keeper(Bucket, s3Client(), 'GOVERNANCE'),
    store: new S3Store(Bucket, s3Client()),
    defaultLockDays: 7,
    placeDeleteMarker: async (Key) => {
      await admin.send(new DeleteObjectCommand({ Bucket, Key }));
    },
    overwrite: async (Key, Body) => {
      await admin.send(new PutObjectCommand({ Bucket, Key, Body }));
    },
  };
});

describe('the keeper in S3', () => {
  let Bucket: string;
  let proxy: faults.FaultProxy;
  let keeper: S3Keeper;
  beforeAll(async () => {
    Bucket = await lockedBucket(admin);
    proxy = await faults.startFaultProxy(sharedServers().emulator);
    keeper = new S3Keeper(Bucket, s3Client({ endpoint: proxy.endpoint }), 'GOVERNANCE');
  });
  afterEach(() => {
    proxy.clear();
  });
  afterAll(() => proxy.stop());

  const putOne = async (Key: string) => {
    await admin.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }));
    return (await versionsIn(keeper, Key))[0]!;
  };
  const until = new Date(Date.now() + 40 * 86_400_000);

  test('extends a compliance lock as one of compliance', async () => {
    const version = await putOne('compliance');
    const born = { Mode: 'COMPLIANCE', RetainUntilDate: new Date(Date.now() + 86_400_000) } as const;
    await admin.send(new PutObjectRetentionCommand({ Bucket, Key: 'compliance', Retention: born }));
    await keeper.extendLock(version, until);
    const { Retention } = await admin.send(new GetObjectRetentionCommand({ Bucket, Key: 'compliance' }));
    expect(Retention?.Mode).toBe('COMPLIANCE');
    expect(Retention!.RetainUntilDate!.getTime()).toBeGreaterThanOrEqual(until.getTime());
  });

  test('a version on hold is not deleted, by whoever may break locks neither, until it is released', async () => {
    const version = await putOne('held');
    const deletion = {
      Bucket,
      Key: version.key,
      VersionId: version.versionId,
      BypassGovernanceRetention: true,
    };
    await keeper.hold(version);
    await expect(admin.send(new DeleteObjectCommand(deletion))).rejects.toThrow('Access Denied');
    expect(await versionsIn(keeper, 'held')).toEqual([version]);
    await keeper.release(version);
    await admin.send(new DeleteObjectCommand(deletion));
    expect(await versionsIn(keeper, 'held')).toEqual([]);
  });

  test('sends nothing that bypasses governance or names no version', async () => {
    const version = await putOne('wire');
    proxy.clear();
    await keeper.extendLock(version, until);
    await keeper.tagForExpiry(version);
    await keeper.hold(version);
    await keeper.onHold(version);
    await keeper.release(version);
    const requests = proxy.requests();
    expect(
      requests.map(({ method, url }) => `${method} ${/retention|tagging|legal-hold/.exec(url)?.[0] ?? url}`),
    ).toEqual([
      'GET retention',
      'PUT retention',
      'GET retention',
      'PUT tagging',
      'PUT legal-hold',
      'GET legal-hold',
      'PUT legal-hold',
    ]);
    for (const { url, headers } of requests) {
      expect(url).toContain(`versionId=${version.versionId}`);
      expect(Object.keys(headers)).not.toContain('x-amz-bypass-governance-retention');
    }
  });

  test('answers what the store says when it is asked again, not what was sent', async () => {
    const version = await putOne('forgetful');
    proxy.fail({ method: 'PUT', url: /retention/ }, async ({ asked, answer }) => {
      await buffer(asked);
      answer.writeHead(200).end();
    });
    expect((await keeper.extendLock(version, until))!.getTime()).toBeLessThan(until.getTime());
  });

  test('says which permission it needs', async () => {
    const version = await putOne('denied');
    const failed = (hint: RegExp) => ({ kind: 'store-failed', hint: expect.stringMatching(hint) as string });
    proxy.fail({ method: 'PUT' }, faults.refuse(403, 'AccessDenied'));
    await expect(keeper.extendLock(version, until)).rejects.toMatchObject(failed(/s3:PutObjectRetention/));
    await expect(keeper.tagForExpiry(version)).rejects.toMatchObject(failed(/s3:PutObjectVersionTagging/));
    await expect(keeper.hold(version)).rejects.toMatchObject(failed(/s3:PutObjectLegalHold/));
    proxy.fail({ method: 'GET', url: /legal-hold/ }, faults.refuse(403, 'AccessDenied'));
    await expect(keeper.onHold(version)).rejects.toMatchObject(failed(/s3:GetObjectLegalHold/));
    proxy.fail({ method: 'GET', url: /tagging/ }, faults.refuse(403, 'AccessDenied'));
    await expect(keeper.mayExpire(version)).rejects.toMatchObject(failed(/s3:GetObjectVersionTagging/));
  });
});
