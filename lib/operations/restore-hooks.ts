/**
 * What an operator wants done around a restore: before anything is changed, and afterwards on every path. A hook that
 * fails before ends the restore; one that fails afterwards fails it, without undoing what was restored.
 */
import { Failure, messageOf } from '../contract/failure';
import type { CommandHook, RestoreHooks, UrlHook } from '../contract/restore-hooks';
import { answering } from '../runtime/answering-url';
import type { Reporter } from '../runtime/reporter';
import { runToldCommand, type CommandEnd } from './told-command';

export interface HookTools {
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
  /** The operator's own, with what tells a hook about the restore. */
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
}

/** What a hook is told by BACKSTOP_OUTCOME. */
type Outcome = 'begins' | 'restored' | 'failed';

/** A run that was stopped still resumes the application that it suspended. */
const LAST_HOOKS_MS = 60_000;

/**
 * Does the task between the hooks.
 * @param wentWell whether what the task answers is what was wanted
 * @throws Failure `restore-refused` for a hook before, `restore-failed` for one afterwards; what the task throws
 */
export async function withHooks<T>(
  hooks: RestoreHooks,
  tools: HookTools,
  task: () => Promise<T>,
  wentWell: (result: T) => boolean,
): Promise<T> {
  let result: T;
  try {
    for (const hook of hooks.before) await demandHook(hook, tools);
    result = await task();
  } catch (error) {
    await runAfter(hooks, 'failed', { ...tools, signal: AbortSignal.timeout(LAST_HOOKS_MS) });
    throw error;
  }
  const failed = await runAfter(hooks, wentWell(result) ? 'restored' : 'failed', tools);
  if (failed.length === 0) return result;
  throw new Failure('restore-failed', `The restore is done, but ${failed.join('; ')}.`, {
    hint: 'What was restored stays as it is. Do by hand what the hook was to do.',
  });
}

async function demandHook(hook: CommandHook, tools: HookTools): Promise<void> {
  const { passed, text } = await runHook(hook, 'begins', tools);
  tools.signal.throwIfAborted();
  if (passed) return;
  throw new Failure('restore-refused', `The hook "${hook.name}" failed: ${text}.`, {
    hint: 'Nothing was changed. Mend it or leave it out of --hooks, and run again.',
  });
}

/** All of them, whatever each comes to. @returns what failed, in words */
async function runAfter({ after }: RestoreHooks, outcome: Outcome, tools: HookTools): Promise<string[]> {
  const failed: string[] = [];
  for (const hook of after) {
    if ('url' in hook && outcome !== 'restored') continue;
    const { passed, text } = await runHook(hook, outcome, tools);
    if (!passed) failed.push(`the hook "${hook.name}" failed: ${text}`);
  }
  return failed;
}

async function runHook(hook: CommandHook | UrlHook, outcome: Outcome, tools: HookTools): Promise<CommandEnd> {
  const end = 'url' in hook ? await askUrl(hook, tools) : await runCommand(hook, outcome, tools);
  const line = `Hook "${hook.name}": ${end.text}`;
  if (end.passed) tools.reporter.info(line);
  else tools.reporter.warn(line);
  return end;
}

function runCommand(hook: CommandHook, outcome: Outcome, tools: HookTools): Promise<CommandEnd> {
  const environment = { ...tools.environment, BACKSTOP_OUTCOME: outcome };
  return runToldCommand({ ...hook, environment, secrets: tools.secrets, signal: tools.signal });
}

async function askUrl({ url, timeoutSeconds }: UrlHook, { signal }: HookTools): Promise<CommandEnd> {
  try {
    const status = await answering(url, timeoutSeconds * 1000, signal);
    return { passed: true, text: `answered ${status}` };
  } catch (error) {
    return { passed: false, text: messageOf(error) };
  }
}
