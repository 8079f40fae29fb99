/** The monthly test of an alarm in Lambda. A message that never arrives ends it with an error, which Lambda keeps. */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { alarmTestConfigSchema } from '../../lib/contract/alarm-test';
import { ENVIRONMENT } from '../../lib/contract/environment';
import { Failure } from '../../lib/contract/failure';
import { testAlarm } from '../../lib/operations/alarm-test';
import { recordAlarmTest } from '../../lib/operations/record-alarm-test';
import { systemClock } from '../../lib/runtime/clock';
import { CloudWatchAlarms } from '../../lib/runtime/cloudwatch-alarms';
import { jsonReporter } from '../../lib/runtime/json-reporter';
import { s3Client } from '../../lib/runtime/s3-api';
import { S3Store } from '../../lib/runtime/s3-store';
import { WitnessQueue } from '../../lib/runtime/witness-queue';
import { bucketOfUrl, readConfig } from '../config';

const BY = 'the monthly test';

const environmentSchema = z.object({
  [ENVIRONMENT.alarmWitness]: z.url(),
  [ENVIRONMENT.statusStore]: bucketOfUrl,
});

export async function handler(): Promise<void> {
  const { alarm, waitSeconds } = readConfig(alarmTestConfigSchema);
  const environment = environmentSchema.parse(process.env);
  const reporter = jsonReporter((line) => process.stdout.write(`${line}\n`), systemClock);
  const statusStore = new S3Store(environment[ENVIRONMENT.statusStore], s3Client());
  const alarms = new CloudWatchAlarms();
  const witness = new WitnessQueue(environment[ENVIRONMENT.alarmWitness]);
  const wait = waitSeconds === undefined ? {} : { waitSeconds };
  const request = { requestedBy: BY, id: randomBytes(4).toString('hex'), ...wait };
  try {
    const tested = await testAlarm(alarm, request, { alarms, witness, clock: systemClock, reporter });
    reporter.info(`${alarm}: ${tested.outcome}`, { ...tested });
    await recordAlarmTest(statusStore, tested, BY);
    if (tested.outcome === 'never')
      throw new Failure(
        'needs-attention',
        `The message of ${alarm} never arrived: alarms may reach nobody.`,
        {
          hint: 'docs/runbook.md, "Testing the alarms".',
        },
      );
  } finally {
    alarms.close();
    witness.close();
    await statusStore.close();
  }
}
