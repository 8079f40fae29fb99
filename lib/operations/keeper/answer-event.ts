/** What the keeper is called for: a manifest that appeared, or the daily sweep. */
import { z } from 'zod';
import { Failure } from '../../contract/failure';
import type { Reporter } from '../../runtime/reporter';
import { keepPoint, sweep } from './keep';
import type { KeeperTools } from './lock-point';

const sweepSchema = z.object({ sweep: z.literal(true) });
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html */
const createdSchema = z.object({
  'detail-type': z.literal('Object Created'),
  detail: z.object({ bucket: z.object({ name: z.string() }), object: z.object({ key: z.string() }) }),
});
const eventSchema = z.union([sweepSchema, createdSchema]);

/**
 * @param event as EventBridge sends it
 * @throws ZodError for an event of another kind; Failure where a manifest was refused or the sweep found faults, so that
 * the alarm comes
 */
export async function answerEvent(event: unknown, tools: KeeperTools, reporter: Reporter): Promise<void> {
  const asked = eventSchema.parse(event);
  if ('sweep' in asked) return sweepAll(tools, reporter);
  const { bucket, object } = asked.detail;
  if (tools.keeper.url !== `s3://${bucket.name}`)
    throw new Failure('usage', `${bucket.name} is not the bucket of this keeper, ${tools.keeper.url}.`);
  const { manifest, versions } = await keepPoint(object.key, tools);
  const { database, id, retainUntil } = manifest;
  reporter.info('locked', { database, id, retainUntil, versions: versions.length });
}

async function sweepAll(tools: KeeperTools, reporter: Reporter): Promise<void> {
  const { locked, tagged, orphansTagged, faults } = await sweep(tools);
  for (const fault of faults) reporter.warn(fault);
  reporter.info('swept', { locked, tagged, orphansTagged, faults: faults.length });
  if (faults.length > 0)
    throw new Failure(
      'stored-data-faulty',
      `The sweep found ${faults.length} faults, first: ${faults[0] ?? ''}`,
      {
        hint: 'The log of the keeper has them all. Nothing expires because of them.',
      },
    );
}
