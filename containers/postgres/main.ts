/**
 * The program of the image: `backup`, or `restore ID`, as the command of the task says; all the rest comes from the
 * environment (lib/contract/environment.ts). Runs as the first process of its container: it takes the stop signal.
 */
import { run } from '../../lib/cli/run';
import { taskProgramOf } from '../../lib/cli/task-program';

// Should everything fall silent before an outcome is known, that is no success.
process.exitCode = 1;

run(process.argv.slice(2), process, taskProgramOf).then(
  (exitCode) => (process.exitCode = exitCode),
  (error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exitCode = 1;
  },
);
