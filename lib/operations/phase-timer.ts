/** How long each part of a run took: what recovery time objectives are planned with. */
import type { Clock } from '../runtime/clock';

export class PhaseTimer<Phase extends string> {
  private readonly measured = new Map<Phase, number>();

  constructor(
    private readonly phases: readonly Phase[],
    private readonly clock: Clock,
  ) {}

  async run<T>(phase: Phase, task: () => Promise<T>): Promise<T> {
    const end = this.begin(phase);
    try {
      return await task();
    } finally {
      end();
    }
  }

  /** @returns ends the phase; only its first call counts */
  begin(phase: Phase): () => void {
    const startedAt = this.clock.now().getTime();
    let ended = false;
    return () => {
      if (!ended) this.measured.set(phase, (this.clock.now().getTime() - startedAt) / 1000);
      ended = true;
    };
  }

  /** By phase; 0 for one that was not needed. */
  seconds(): Readonly<Record<Phase, number>> {
    const entries = this.phases.map((phase) => [phase, this.measured.get(phase) ?? 0]);
    return Object.fromEntries(entries) as Record<Phase, number>;
  }
}
