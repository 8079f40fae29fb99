/** The queries and commands of the settings, put to a restored database. None ends a drill early: all are told. */
import { mkdtemp } from 'node:fs/promises';
import path from 'node:path';
import type { DrillCheck } from '../contract/drill-checks';
import type { Evidence } from '../contract/evidence';
import type { ConnectionTarget } from '../postgres/connection';
import { ask } from '../postgres/query-check';
import { refusalInWords } from '../postgres/refusal-words';
import type { Clock } from '../runtime/clock';
import type { Reporter } from '../runtime/reporter';
import { runCommandCheck } from './drill-command';
import { verdictOnAnswer, type Verdict } from './drill-verdict';

export type CheckResult = Evidence['checks'][number];

export interface CheckTools {
  readonly target: ConnectionTarget;
  /** Each command starts in an empty folder of its own below it. */
  readonly scratchDirectory: string;
  readonly clock: Clock;
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
}

/** As commands get by default. */
const QUERY_TIMEOUT_SECONDS = 600;

/** @param results gets each as soon as it is known. @throws the signal's reason */
export async function runChecks(
  checks: readonly DrillCheck[],
  tools: CheckTools,
  results: CheckResult[],
): Promise<void> {
  for (const check of checks) {
    const result = await runCheck(check, tools);
    results.push(result);
    tools.reporter.info(`Check "${result.name}" ${result.passed ? 'passed' : 'FAILED'}: ${result.text}`);
  }
}

async function runCheck(check: DrillCheck, tools: CheckTools): Promise<CheckResult> {
  const startedAt = tools.clock.now().getTime();
  const verdict = await ('sql' in check ? queryVerdict(check, tools) : commandVerdict(check, tools));
  tools.signal.throwIfAborted();
  const seconds = (tools.clock.now().getTime() - startedAt) / 1000;
  return { name: check.name, ...verdict, seconds };
}

async function queryVerdict(
  check: Extract<DrillCheck, { sql: string }>,
  { target, signal }: CheckTools,
): Promise<Verdict> {
  const question = { sql: check.sql, timeoutSeconds: QUERY_TIMEOUT_SECONDS, signal };
  try {
    return verdictOnAnswer(check, await ask(target, question));
  } catch (error) {
    return { passed: false, text: refusalInWords(error) };
  }
}

async function commandVerdict(
  { command, timeoutSeconds }: Extract<DrillCheck, { command: string[] }>,
  { target, scratchDirectory, signal }: CheckTools,
): Promise<Verdict> {
  const directory = await mkdtemp(path.join(scratchDirectory, 'check-'));
  return runCommandCheck({ command, timeoutSeconds, target, directory, signal });
}
