/** Gauges with their values, before they are published. */
import type { Gauge } from '../../contract/metrics';

export type Measured = Readonly<Partial<Record<Gauge, number>>>;

/** What one part of a pass has to say. */
export interface Measurement {
  /** undefined for gauges of the installation. */
  readonly database: string | undefined;
  readonly gauges: Measured;
}
