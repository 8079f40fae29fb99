/** What a drill has found so far: filled while it goes on, so that one that fails still tells all it knows. */
import type { Evidence } from '../contract/evidence';
import type { Difference } from '../contract/inventory';
import type { Comparison } from '../postgres/compare/compare-restored';
import type { Reporter } from '../runtime/reporter';

export class DrillFindings {
  serverVersion: string | null = null;
  compared: Comparison['compared'] | null = null;
  readonly differences: Difference[] = [];
  readonly checks: Evidence['checks'] = [];
  readonly warnings: string[] = [];

  /** Remembers what is warned of. */
  listening(reporter: Reporter): Reporter {
    return {
      ...reporter,
      warn: (text, facts) => {
        this.warnings.push(text);
        reporter.warn(text, facts);
      },
    };
  }
}
