/**
 * The program of the image: `backup`, `restore ID` or `drill`, as the command of the task says; all the rest comes from the
 * environment (lib/contract/environment.ts). Runs as the first process of its container: it takes the stop signal.
 */
import { run } from '../../lib/cli/run';
import { taskProgramOf } from '../../lib/cli/task-program';
import { ENVIRONMENT } from '../../lib/contract/environment';
import { runningImageDigest } from '../../lib/runtime/running-image';

async function main(): Promise<number> {
  const digest = await runningImageDigest(process.env);
  if (digest !== undefined) process.env[ENVIRONMENT.imageDigest] ??= digest;
  return run(process.argv.slice(2), process, taskProgramOf);
}

// Should everything fall silent before an outcome is known, that is no success.
process.exitCode = 1;

main().then(
  (exitCode) => (process.exitCode = exitCode),
  (error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exitCode = 1;
  },
);
