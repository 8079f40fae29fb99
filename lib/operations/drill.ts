/**
 * Proves a recovery point: restores it into a database that is there for nothing else, compares it, checks it, and lets
 * nothing of it remain but signed evidence. Evidence of a drill that failed as well.
 */
import { DRILL_PHASES } from '../contract/evidence';
import { messageOf } from '../contract/failure';
import { recoveryPointId } from '../contract/recovery-point-id';
import { sign } from '../runtime/signed-document';
import { demandReadable } from './archived-point';
import { AuditTrail } from './audit-trail';
import { evidenceOf, storeEvidence } from './drill-evidence';
import { DrillFindings } from './drill-findings';
import { demandProof } from './drill-outcome';
import { demandFresh, pointToProve } from './drill-point';
import type { DrillRequest, DrillResult, DrillTools } from './drill-request';
import { restoreAndCheck } from './drill-restore';
import type { DrillRun } from './drill-run';
import { PhaseTimer } from './phase-timer';

/**
 * @returns only where the point is proven and its evidence is stored
 * @throws Failure `stored-data-faulty`, `restore-refused`, `restore-failed`, `differences` (also of checks), `stopped`
 *   and those of store, signer and server
 */
export async function drill(request: DrillRequest, tools: DrillTools): Promise<DrillResult> {
  tools.signal.throwIfAborted();
  const startedAt = tools.clock.now();
  const id = recoveryPointId(startedAt, tools.randomBytes(2));
  const early = request.database === undefined ? await pointToProve(request, tools) : undefined;
  const database = early?.manifest.database ?? request.database ?? '';
  const { requestedBy: who, reason } = request;
  const program = 'drill';
  const run = { program, database, id, who, reason, slot: undefined, ...tools.caller } as const;
  const trail = new AuditTrail(run, tools);
  return trail.recordEndOf(async () => {
    const point = early ?? (await pointToProve(request, tools));
    trail.tellWhat(`point ${point.manifest.id}`);
    const timer = new PhaseTimer(DRILL_PHASES, tools.clock);
    return withEvidence({ id, startedAt, request, tools, point, trail, timer });
  });
}

/** Whatever happens after a manifest was believed is told by evidence. */
async function withEvidence(quiet: DrillRun): Promise<DrillResult> {
  const findings = new DrillFindings();
  const tools = { ...quiet.tools, reporter: findings.listening(quiet.tools.reporter) };
  const run = { ...quiet, tools };
  try {
    await prove(run, findings);
    tools.signal.throwIfAborted();
  } catch (error) {
    const reason: unknown = tools.signal.aborted ? tools.signal.reason : error;
    await tellFailed(run, findings, reason);
    throw reason;
  }
  const result = await storeEvidence(run, evidenceOf(run, findings, undefined));
  tools.onEvidence?.(result);
  return result;
}

async function prove(run: DrillRun, findings: DrillFindings): Promise<void> {
  const { request, tools, point, trail } = run;
  demandFresh(point, request.maxAgeHours, tools.clock.now());
  await demandReadable(tools.archive, point.manifest, 'A drill thaws nothing');
  // A drill of hours must not end with a signer that cannot sign.
  await sign({ type: 'drill-rehearsal', version: 1 }, tools.evidenceSigner);
  await trail.recordStart(tools.signal);
  await restoreAndCheck(run, findings);
  const { database, id } = point.manifest;
  demandProof(`${database} ${id}`, request, findings);
}

/** Never hides why the drill failed. */
async function tellFailed(run: DrillRun, findings: DrillFindings, reason: unknown): Promise<void> {
  const { tools } = run;
  try {
    const result = await storeEvidence(run, evidenceOf(run, findings, reason));
    tools.onEvidence?.(result);
  } catch (error) {
    tools.reporter.warn(`The evidence of this drill could not be stored: ${messageOf(error)}`);
  }
}
