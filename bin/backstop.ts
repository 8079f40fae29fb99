#!/usr/bin/env -S npx tsx
import { programOf } from '../lib/cli/program';
import { run } from '../lib/cli/run';

// `npm run` moves to the project: a path means what it means where it was typed.
if (process.env['npm_lifecycle_event'] === 'backstop') process.chdir(process.env['INIT_CWD'] ?? '.');

// Should everything fall silent before an outcome is known, that is no success.
process.exitCode = 1;

run(process.argv.slice(2), process, programOf).then(
  (exitCode) => (process.exitCode = exitCode),
  (error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exitCode = 1;
  },
);
