/** What the keeper is called for: a manifest or evidence that appeared, or the daily sweep. */
import { z } from 'zod';
import { Failure } from '../../contract/failure';
import { PREFIXES } from '../../contract/object-keys';
import type { Reporter } from '../../runtime/reporter';
import { Findings, RefusedDocument } from './findings';
import { keepPoint, keepProof, sweep } from './keep';
import type { KeeperTools } from './keeper-tools';

const sweepSchema = z.object({ sweep: z.literal(true) });
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html */
const createdSchema = z.object({
  'detail-type': z.literal('Object Created'),
  detail: z.object({ bucket: z.object({ name: z.string() }), object: z.object({ key: z.string() }) }),
});
const eventSchema = z.union([sweepSchema, createdSchema]);

/**
 * A document that is not believed is told in the log, and makes no run fail: to run again would change nothing.
 * @param event as EventBridge sends it
 * @throws ZodError for an event of another kind; Failure where there are faults, so that the alarm comes
 */
export async function answerEvent(event: unknown, tools: KeeperTools, reporter: Reporter): Promise<void> {
  const asked = eventSchema.parse(event);
  const findings = new Findings();
  try {
    if ('sweep' in asked) reporter.info('swept', { ...(await sweep(tools, findings)) });
    else await keepDocument(asked.detail, tools, findings, reporter);
  } catch (error) {
    if (!(error instanceof RefusedDocument)) throw error;
    findings.tell(error);
  }
  for (const document of findings.refused) reporter.warn(`Not believed: ${document}`);
  for (const fault of findings.faults) reporter.warn(fault);
  refuse(findings.faults);
}

async function keepDocument(
  { bucket, object: { key } }: z.output<typeof createdSchema>['detail'],
  tools: KeeperTools,
  findings: Findings,
  reporter: Reporter,
): Promise<void> {
  if (tools.keeper.url !== `s3://${bucket.name}`)
    throw new Failure('usage', `${bucket.name} is not the bucket of this keeper, ${tools.keeper.url}.`);
  if (key.startsWith(PREFIXES.evidence)) {
    const { evidence, held } = await keepProof(key, tools, findings);
    const { database, point, id: drill, outcome } = evidence;
    reporter.info('drilled', { database, point, drill, outcome, held });
    return;
  }
  const { manifest, versions } = await keepPoint(key, tools);
  const { database, id, retainUntil } = manifest;
  reporter.info('locked', { database, id, retainUntil, versions: versions.length });
}

function refuse(faults: readonly string[]): void {
  if (faults.length === 0) return;
  throw new Failure(
    'stored-data-faulty',
    `The keeper found ${faults.length} faults, first: ${faults[0] ?? ''}`,
    {
      hint: 'The log of the keeper has them all. Nothing expires because of them.',
    },
  );
}
