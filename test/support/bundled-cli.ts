/**
 * The command line in one file, for the hundreds of times that tests start it: finding and compiling the thousand files of a
 * fresh process takes three times as long as what most commands do. The same sources by the same compiler as under tsx.
 */
import { rmSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';

const ROOT = path.resolve(__dirname, '../..');
const NAME = 'BACKSTOP_TEST_CLI';

/** Once per jest run. @returns how to remove it */
export async function bundleCli(): Promise<() => void> {
  // As deep as the folders of lib: what sources find by `__dirname` is found from here, too.
  const folder = path.join(ROOT, '.scratch', `cli-${process.pid}`);
  const outfile = path.join(folder, 'backstop.js');
  await build({
    entryPoints: [path.join(ROOT, 'bin/backstop.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node24',
    external: ['pg-native'],
    // Packages that ship only as ES modules ask where they are.
    define: { 'import.meta.url': 'ownUrl' },
    banner: { js: 'const ownUrl = require("node:url").pathToFileURL(__filename).href;' },
    logLevel: 'warning',
  });
  process.env[NAME] = outfile;
  return () => {
    rmSync(folder, { recursive: true, force: true });
  };
}

/** Of commands that read a settings file: that is TypeScript, and imports ours. */
const READS_SETTINGS = ['doctor', 'init'];

/** What Node is started with, before the command's own arguments. Outside of a jest run: the sources. */
export function cliProgram(command: string | undefined): readonly string[] {
  const bundle = process.env[NAME];
  const sources = ['--import', 'tsx', path.join(ROOT, 'bin/backstop.ts')];
  return bundle === undefined || READS_SETTINGS.includes(command ?? '') ? sources : [bundle];
}
