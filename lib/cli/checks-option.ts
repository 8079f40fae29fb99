/** `--checks`: what a drill or a restore asks of the restored database. */
import { Option } from 'commander';
import { drillChecksSchema, type DrillCheck } from '../contract/drill-checks';
import { ENVIRONMENT } from '../contract/environment';
import { readJsonOption } from './json-option';

export const checksOption = () =>
  new Option('--checks <checks>', 'queries and commands to pass: JSON, or a file of it').env(
    ENVIRONMENT.drillChecks,
  );

/** @throws Failure `usage` that names the field */
export async function checksIn(given: string | undefined): Promise<DrillCheck[]> {
  if (given === undefined) return [];
  return readJsonOption(
    {
      name: '--checks',
      schema: drillChecksSchema,
      opening: '[',
      what: 'checks',
      hint: 'Write [{ "name": …, "sql": …, "atLeast": … }, { "name": …, "command": [program, …] }]; docs/drill.md says more.',
    },
    given,
  );
}
