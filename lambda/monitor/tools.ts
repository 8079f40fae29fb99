/** What the monitor reaches the world with, from its environment. */
import { z } from 'zod';
import { ENVIRONMENT } from '../../lib/contract/environment';
import type { MonitorTools } from '../../lib/operations/monitor/monitor-tools';
import { measurementLine } from '../../lib/operations/monitor/publish';
import { systemClock } from '../../lib/runtime/clock';
import { jsonReporter } from '../../lib/runtime/json-reporter';
import { kmsClient } from '../../lib/runtime/kms-signer';
import { liveGuardrails } from '../../lib/runtime/live-guardrails';
import { openSigner } from '../../lib/runtime/open-signer';
import { S3Api, s3Client } from '../../lib/runtime/s3-api';
import { S3Documents } from '../../lib/runtime/s3-documents';
import { S3ProtectedObjects } from '../../lib/runtime/s3-protected-objects';
import { S3Store } from '../../lib/runtime/s3-store';
import type { Signer } from '../../lib/runtime/signer';
import { readSubscriptions, snsClient } from '../../lib/runtime/subscriptions';
import { publishMessage } from '../../lib/runtime/topic';
import { bucketOfUrl } from '../config';

const environmentSchema = z.object({
  [ENVIRONMENT.store]: bucketOfUrl,
  [ENVIRONMENT.statusStore]: bucketOfUrl,
  [ENVIRONMENT.signer]: z.string(),
  [ENVIRONMENT.evidenceSigner]: z.string(),
  [ENVIRONMENT.backupKey]: z.string(),
  [ENVIRONMENT.alarmTopic]: z.string(),
});

/** Written without console, which Lambda would put words before: a metric's line must be JSON and nothing else. */
function writeLine(line: string): void {
  process.stdout.write(`${line}\n`);
}

export async function withMonitorTools(
  installation: string,
  use: (tools: MonitorTools) => Promise<void>,
): Promise<void> {
  const environment = environmentSchema.parse(process.env);
  const bucketName = environment[ENVIRONMENT.store];
  const keyArn = environment[ENVIRONMENT.backupKey];
  const [s3, kms, sns] = [s3Client(), kmsClient(), snsClient()];
  const trustIn = (signer: Signer) => async () => ({
    keys: await signer.trustedPublicKeys(),
    allowUnsigned: false,
  });
  const [trust, evidenceTrust] = [
    trustIn(await openSigner(environment[ENVIRONMENT.signer])),
    trustIn(await openSigner(environment[ENVIRONMENT.evidenceSigner])),
  ];
  try {
    await use({
      store: new S3Store(bucketName, s3),
      objects: new S3ProtectedObjects(bucketName, s3),
      statusStore: new S3Store(environment[ENVIRONMENT.statusStore], s3),
      documents: new S3Documents(environment[ENVIRONMENT.statusStore], s3),
      deployed: { bucketName, keyArn },
      clock: systemClock,
      reporter: jsonReporter(writeLine, systemClock),
      trust,
      evidenceTrust,
      liveGuardrails: () => liveGuardrails(new S3Api(bucketName, s3), kms, keyArn),
      subscriptions: () => readSubscriptions(sns, environment[ENVIRONMENT.alarmTopic]),
      publish: (measurement, at) => {
        writeLine(measurementLine(installation, measurement, at));
      },
      notify: (message) => publishMessage(sns, environment[ENVIRONMENT.alarmTopic], message),
    });
  } finally {
    for (const client of [s3, kms, sns]) client.destroy();
  }
}
