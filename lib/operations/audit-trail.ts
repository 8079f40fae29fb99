/** The history of one run, told by the run itself: that it began, and how it ended. See lib/contract/audit-event.ts. */
import { auditEventSchema, auditKey, type AuditEvent } from '../contract/audit-event';
import { exitCodeOf, Failure, messageOf } from '../contract/failure';
import type { Clock } from '../runtime/clock';
import type { Reporter } from '../runtime/reporter';
import type { Store } from '../runtime/store';
import { storeUnderOwnId } from './store-document';

export type AuditedRun = Pick<
  AuditEvent,
  'program' | 'database' | 'id' | 'who' | 'reason' | 'slot' | 'identity' | 'osUser' | 'what' | 'overrides'
>;

export interface AuditTools {
  readonly store: Store;
  readonly clock: Clock;
  readonly reporter: Reporter;
}

/** A run that was told to stop has this long for its last words: well inside the 120 s that Fargate grants. */
export const LAST_WORDS_MS = 20_000;

export class AuditTrail {
  constructor(
    private run: AuditedRun,
    private readonly tools: AuditTools,
  ) {}

  /** What is worked on, where it is known only after the run began: from here on each event tells it. */
  tellWhat(what: string): void {
    this.run = { ...this.run, what };
  }

  get what(): string {
    return this.run.what ?? '';
  }

  /** What the operator overrode, likewise. */
  tellOverrides(overrides: readonly string[]): void {
    this.run = { ...this.run, overrides: [...overrides] };
  }

  /** @throws Failure `store-failed`: a run that leaves no trace must not go on */
  async recordStart(signal: AbortSignal): Promise<void> {
    await this.record('started', {}, signal);
  }

  /**
   * Does the task and records how it ended. An end that cannot be recorded is told, and changes no outcome.
   * @param judged what a result that is none comes to
   */
  async recordEndOf<T>(
    task: () => Promise<T>,
    judged: (result: T) => Failure | undefined = () => undefined,
  ): Promise<T> {
    try {
      const result = await task();
      const failure = judged(result);
      await this.recordEnd(failure === undefined ? { exitCode: 0 } : failed(failure));
      return result;
    } catch (error) {
      await this.recordEnd(failed(error));
      throw error;
    }
  }

  private async recordEnd(outcome: Pick<AuditEvent, 'exitCode' | 'failure'>): Promise<void> {
    try {
      // Not the run's signal: it may be why the run ends.
      await this.record('ended', outcome, AbortSignal.timeout(LAST_WORDS_MS));
    } catch (error) {
      this.tools.reporter.warn(`The audit lacks how this run ended: ${messageOf(error)}`);
    }
  }

  private async record(
    event: AuditEvent['event'],
    outcome: Pick<AuditEvent, 'exitCode' | 'failure'>,
    signal: AbortSignal,
  ): Promise<void> {
    const { store, clock } = this.tools;
    const at = clock.now().toISOString();
    const told = auditEventSchema.parse({ version: 1, ...this.run, event, at, ...outcome });
    await storeUnderOwnId(store, auditKey(told), Buffer.from(`${JSON.stringify(told)}\n`, 'utf8'), {
      signal,
    });
  }
}

function failed(error: unknown): Pick<AuditEvent, 'exitCode' | 'failure'> {
  return { exitCode: exitCodeOf(error), failure: withoutSecrets(error) };
}

/** The message of a Failure holds none by contract; that of a defect may hold anything. */
export function withoutSecrets(error: unknown): string {
  if (error instanceof Failure) return error.message;
  return `${error instanceof Error ? error.name : typeof error}: a defect; the log of the run says more.`;
}
