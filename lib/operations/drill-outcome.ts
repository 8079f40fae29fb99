/** Whether what a drill has found proves its recovery point. Pure. */
import { Failure } from '../contract/failure';
import { failing, type Difference } from '../contract/inventory';
import type { DrillFindings } from './drill-findings';
import type { DrillRequest } from './drill-request';

type Demands = Pick<DrillRequest, 'alsoFailsOn' | 'minimumRows'>;
type Found = Pick<DrillFindings, 'compared' | 'differences' | 'checks'>;

const TOLD_MAX = 20;

/** Those that fail the drill, then the others. */
export function failingFirst(
  differences: readonly Difference[],
  alsoFailsOn: Demands['alsoFailsOn'],
): { readonly failed: readonly Difference[]; readonly reported: readonly Difference[] } {
  const always = new Set(failing(differences));
  const fails = (difference: Difference) =>
    always.has(difference) || alsoFailsOn.some((name) => name === difference.class);
  return {
    failed: differences.filter(fails),
    reported: differences.filter((difference) => !fails(difference)),
  };
}

/** @throws Failure `differences` that names what was found, where it proves nothing */
export function demandProof(name: string, demands: Demands, found: Found): void {
  const rows = found.compared?.rows ?? 0;
  const { failed } = failingFirst(found.differences, demands.alsoFailsOn);
  const reasons = [
    ...(rows < demands.minimumRows
      ? [`the restored database holds ${rows} rows in all; at least ${demands.minimumRows} are demanded`]
      : []),
    ...failed.map(({ subject, text }) => `${subject} ${text}`),
    ...found.checks.filter(({ passed }) => !passed).map((check) => `check "${check.name}": ${check.text}`),
  ];
  if (reasons.length === 0) return;
  const more = reasons.length > TOLD_MAX ? [`and ${reasons.length - TOLD_MAX} more`] : [];
  throw new Failure(
    'differences',
    [`${name} was restored, and is not proven:`, ...reasons.slice(0, TOLD_MAX), ...more].join('\n  '),
    {
      hint: 'Restore the point into a database of your own for a look at it; docs/drill.md says how to go on.',
    },
  );
}
