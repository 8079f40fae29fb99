/** The operator's own checks of a restored database: the same that a drill runs. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { DrillCheck } from '../contract/drill-checks';
import { runChecks, type CheckResult } from './drill-checks';
import type { RestorePlan } from './restore-plan';

export async function checkRestored(
  checks: readonly DrillCheck[],
  { request, tools, target, timer }: RestorePlan,
  scratchDirectory: string,
): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  if (checks.length === 0) return results;
  const directory = path.join(scratchDirectory, 'checks');
  await mkdir(directory, { mode: 0o700 });
  const checking = {
    ...tools,
    target: { ...request.maintenance, database: target.database },
    scratchDirectory: directory,
  };
  await timer.run('checks', () => runChecks(checks, checking, results));
  return results;
}
