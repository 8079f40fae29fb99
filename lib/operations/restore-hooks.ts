/**
 * What an operator wants done around a restore: before anything is changed, and afterwards on every path. A hook that
 * fails before ends the restore; one that fails afterwards fails it, and undoes nothing.
 */
import { Failure, messageOf } from '../contract/failure';
import type { CommandHook, RestoreHooks, UrlHook } from '../contract/restore-hooks';
import { answering } from '../runtime/answering-url';
import { delayedSignal } from '../runtime/delayed-signal';
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

/** So long after a stop. */
const LAST_HOOKS_MS = 60_000;

/**
 * Does the task between the hooks.
 * @param wentWell whether what the task answers is what was wanted
 * @returns also what hooks afterwards failed at: nothing is undone for them, and what was restored is still to be told
 * @throws Failure `restore-refused` for a hook before; what the task throws
 */
export async function withHooks<T>(
  hooks: RestoreHooks,
  tools: HookTools,
  task: () => Promise<T>,
  wentWell: (result: T) => boolean,
): Promise<{ readonly result: T; readonly failedHooks: readonly string[] }> {
  // An application that was suspended is resumed, also by a run that is being stopped.
  const afterwards = { ...tools, signal: delayedSignal(tools.signal, LAST_HOOKS_MS) };
  let result: T;
  try {
    for (const hook of hooks.before) await demandHook(hook, tools);
    result = await task();
  } catch (error) {
    await runAfter(hooks, 'failed', afterwards);
    throw error;
  }
  const failedHooks = await runAfter(hooks, wentWell(result) ? 'restored' : 'failed', afterwards);
  return { result, failedHooks };
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
