/** The keeper in Lambda: each new manifest and evidence, and the daily sweep. An error makes Lambda try again, and then alarms. */
import { z } from 'zod';
import { ENVIRONMENT } from '../../lib/contract/environment';
import { keeperConfigSchema } from '../../lib/contract/keeper-config';
import { answerEvent } from '../../lib/operations/keeper/answer-event';
import type { Trust } from '../../lib/operations/read-manifest';
import { systemClock } from '../../lib/runtime/clock';
import { jsonReporter } from '../../lib/runtime/json-reporter';
import { openSigner } from '../../lib/runtime/open-signer';
import { s3Client } from '../../lib/runtime/s3-api';
import { S3Keeper } from '../../lib/runtime/s3-keeper';
import { S3Store } from '../../lib/runtime/s3-store';
import { bucketOfUrl, readConfig } from '../config';

const environmentSchema = z.object({
  [ENVIRONMENT.store]: bucketOfUrl,
  [ENVIRONMENT.signer]: z.string(),
  [ENVIRONMENT.evidenceSigner]: z.string(),
});

export async function handler(event: unknown): Promise<void> {
  const config = readConfig(keeperConfigSchema);
  const environment = environmentSchema.parse(process.env);
  const bucket = environment[ENVIRONMENT.store];
  const client = s3Client();
  const [trust, evidenceTrust] = await Promise.all([
    trustIn(environment[ENVIRONMENT.signer]),
    trustIn(environment[ENVIRONMENT.evidenceSigner]),
  ]);
  const reporter = jsonReporter((line) => process.stdout.write(`${line}\n`), systemClock);
  const tools = {
    store: new S3Store(bucket, client),
    keeper: new S3Keeper(bucket, client, config.lockMode),
    trust,
    evidenceTrust,
    clock: systemClock,
    longestLockDays: config.longestLockDays,
    drilledDatabases: config.drilledDatabases,
  };
  try {
    await answerEvent(event, tools, reporter);
  } finally {
    client.destroy();
  }
}

/** Of its signer no more than the public halves are asked for: the keeper signs nothing. */
async function trustIn(signerName: string): Promise<Trust> {
  const signer = await openSigner(signerName);
  return { keys: await signer.trustedPublicKeys(), allowUnsigned: false };
}
