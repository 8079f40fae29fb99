/** Who may harm the backups may blind the monitor first: what it must not read is a difference, and no silence. */
import { CreateKeyCommand, type KMSClient } from '@aws-sdk/client-kms';
import type { S3Client } from '@aws-sdk/client-s3';
import { guardrailDifferences, type Guardrails } from '../../lib/contract/guardrails';
import { kmsClient } from '../../lib/runtime/kms-signer';
import { liveGuardrails } from '../../lib/runtime/live-guardrails';
import { S3Api, s3Client } from '../../lib/runtime/s3-api';
import * as faults from '../support/fault-proxy';
import { adminClient, lockedBucket } from '../support/locked-bucket';
import { sharedServers } from '../support/shared-servers';

let admin: S3Client;
let proxy: faults.FaultProxy;
let s3: S3Client;
let kms: KMSClient;
let read: () => Promise<Guardrails>;
let deployed: Guardrails;

beforeAll(async () => {
  admin = adminClient();
  proxy = await faults.startFaultProxy(sharedServers().emulator);
  s3 = s3Client({ endpoint: proxy.endpoint });
  kms = kmsClient({ endpoint: proxy.endpoint });
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
  const bucket = new S3Api(await lockedBucket(admin), s3);
  read = () => liveGuardrails(bucket, kms, KeyMetadata!.Arn);
  deployed = { ...(await read()), 'lifecycle rule a': { Days: 1 }, 'policy statement b': {} };
});
afterEach(() => {
  proxy.clear();
});
afterAll(async () => {
  for (const client of [admin, s3, kms]) client.destroy();
  await proxy.stop();
});

const deniedByKms = faults.alterAnswer((answer) => {
  answer.status = 400;
  answer.body = Buffer.from('{"__type":"AccessDeniedException"}');
});

test.each<[string, faults.Match, faults.Fault]>([
  ['versioning', { url: /\?versioning/ }, faults.refuse(403, 'AccessDenied')],
  ['default lock', { url: /\?object-lock/ }, faults.refuse(403, 'AccessDenied')],
  ['public access block', { url: /\?publicAccessBlock/ }, faults.refuse(403, 'AccessDenied')],
  ['encryption', { url: /\?encryption/ }, faults.refuse(403, 'AccessDenied')],
  ['lifecycle rule', { url: /\?lifecycle/ }, faults.refuse(403, 'AccessDenied')],
  ['policy statement', { url: /\?policy/ }, faults.refuse(403, 'AccessDenied')],
  ['replication', { url: /\?replication/ }, faults.refuse(403, 'AccessDenied')],
  ['backup key', { method: 'POST' }, deniedByKms],
])('%s that must not be read is one difference', async (kind, match, denied) => {
  const gone = ['lifecycle rule a', 'policy statement b'].filter((name) => !name.startsWith(kind));
  proxy.fail(match, denied);
  const differences = guardrailDifferences(deployed, await read());
  expect(differences[0]).toBe(
    `${kind} could not be read: access denied — was the monitor's right taken away?`,
  );
  expect(differences.slice(1)).toEqual(
    gone.map((name): unknown => expect.stringMatching(`^${name} is gone`)),
  );
});

test.each<[string, faults.Match]>([
  ['a setting', { url: /\?versioning/ }],
  ['the key', { method: 'POST' }],
])('%s that cannot be read for another reason fails the pass: nothing is known', async (_, match) => {
  proxy.fail(match, faults.refuse(403, 'SignatureDoesNotMatch'));
  await expect(read()).rejects.toMatchObject({ kind: 'store-failed' });
});
