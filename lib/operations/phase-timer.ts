/** How long each part of a run took: what recovery time objectives are planned with. */
import type { Clock } from '../runtime/clock';

export class PhaseTimer<Phase extends string> {
  private readonly measured = new Map<Phase, number>();

  constructor(
    private readonly phases: readonly Phase[],
    private readonly clock: Clock,
  ) {}

  async run<T>(phase: Phase, task: () => Promise<T>): Promise<T> {
    const startedAt = this.clock.now().getTime();
    try {
      return await task();
    } finally {
      this.measured.set(phase, (this.clock.now().getTime() - startedAt) / 1000);
    }
  }

  /** By phase; 0 for one that was not needed. */
  seconds(): Readonly<Record<Phase, number>> {
    const entries = this.phases.map((phase) => [phase, this.measured.get(phase) ?? 0]);
    return Object.fromEntries(entries) as Record<Phase, number>;
  }
}
