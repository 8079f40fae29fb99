/** Evidence of a drill: made of what it found, signed with the key of evidence, stored under the point that it is about. */
import {
  EVIDENCE_VERSION,
  evidenceKey,
  evidenceSchema,
  LISTED_DIFFERENCES_MAX,
  type DrillPhase,
  type Evidence,
} from '../contract/evidence';
import { exitCodeOf, Failure } from '../contract/failure';
import { TOOL_VERSION } from '../contract/tool-version';
import { encodeEnvelope, sign } from '../runtime/signed-document';
import { LAST_WORDS_MS, withoutSecrets } from './audit-trail';
import type { DrillFindings } from './drill-findings';
import { failingFirst } from './drill-outcome';
import type { DrillResult } from './drill-request';
import type { DrillRun } from './drill-run';
import { storeUnderOwnId } from './store-document';

/** From the first byte until the database can be used. */
const RESTORING: readonly DrillPhase[] = ['fetch', 'create', 'load', 'analyze', 'settings'];

/** @param error why it failed; undefined for a proof */
export function evidenceOf(run: DrillRun, found: DrillFindings, error: unknown): Evidence {
  const { request, tools, point, timer } = run;
  const { database, id, snapshotAt, storedBytes, databaseBytes } = point.manifest;
  const { failed, reported } = failingFirst(found.differences, request.alsoFailsOn);
  const phaseSeconds = timer.seconds();
  return evidenceSchema.parse({
    ...{ type: 'drill-evidence', version: EVIDENCE_VERSION, id: run.id },
    ...{ database, point: id, manifestSha256: point.manifestSha256, snapshotAt, storedBytes, databaseBytes },
    startedAt: run.startedAt.toISOString(),
    finishedAt: tools.clock.now().toISOString(),
    ...{ requestedBy: request.requestedBy, reason: request.reason },
    outcome: error === undefined ? 'proven' : 'failed',
    exitCode: error === undefined ? 0 : exitCodeOf(error),
    failure: error === undefined ? null : failureText(error),
    ...{ target: tools.servers.kind, serverVersion: found.serverVersion },
    phaseSeconds,
    restoreSeconds: rounded(RESTORING.reduce((sum, phase) => sum + phaseSeconds[phase], 0)),
    compared: found.compared,
    differenceCount: found.differences.length,
    differences: [...failed, ...reported].slice(0, LISTED_DIFFERENCES_MAX),
    ...{ checks: found.checks, warnings: found.warnings },
    ...{ imageDigest: request.imageDigest, toolVersion: TOOL_VERSION },
  } satisfies Evidence);
}

/** @throws Failure of the signer or the store */
export async function storeEvidence({ tools }: DrillRun, evidence: Evidence): Promise<DrillResult> {
  const key = evidenceKey(evidence);
  const bytes = encodeEnvelope(await sign(evidence, tools.evidenceSigner));
  // Who is stopped has its last words; a proof is not thrown away for a signal that comes now.
  const options = tools.signal.aborted ? { signal: AbortSignal.timeout(LAST_WORDS_MS) } : {};
  await storeUnderOwnId(tools.store, key, bytes, options);
  return { evidence, evidenceKey: key };
}

function failureText(error: unknown): string {
  const hint = error instanceof Failure ? error.hint : undefined;
  return [withoutSecrets(error), ...(hint === undefined ? [] : [`What to do: ${hint}`])].join('\n  ');
}

/** Sums of thousandths are none. */
function rounded(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
