/** One drill: what is settled before its server starts. */
import type { DrillPhase } from '../contract/evidence';
import type { RecoveryPointId } from '../contract/recovery-point-id';
import type { AuditTrail } from './audit-trail';
import type { PointToProve } from './drill-point';
import type { DrillRequest, DrillTools } from './drill-request';
import type { PhaseTimer } from './phase-timer';

export interface DrillRun {
  readonly id: RecoveryPointId;
  readonly startedAt: Date;
  readonly request: DrillRequest;
  readonly tools: DrillTools;
  readonly point: PointToProve;
  readonly trail: AuditTrail;
  readonly timer: PhaseTimer<DrillPhase>;
}
