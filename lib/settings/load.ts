/** Finds and reads the settings file of a `cdk` or `backstop` run. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Failure, messageOf } from '../contract/failure';
import type { Settings } from './schema';
import { defineSettings } from './settings';

export const DEFAULT_FILE = 'backstop.config.ts';
const EXAMPLE_FILE = path.resolve(__dirname, '../../examples/minimal.ts');

export interface LoadedSettings {
  readonly settings: Settings;
  /** Absolute. */
  readonly file: string;
  /** What the operator should know about the choice of the file; undefined where there is nothing to say. */
  readonly note: string | undefined;
}

/**
 * @param file as given with `-c settings=…`, relative to the folder. @default - `backstop.config.ts` in the folder,
 * else the example, with a note
 * @throws Failure `usage` where there is no such file, it does not load or its settings have faults
 */
export function loadSettings(file?: string, folder = process.cwd()): LoadedSettings {
  const chosen = path.resolve(folder, file ?? DEFAULT_FILE);
  if (existsSync(chosen)) return { settings: read(chosen), file: chosen, note: undefined };
  if (file !== undefined)
    throw new Failure('usage', `There is no settings file ${chosen}.`, {
      hint: 'Give the path of one, or write one with `backstop init`.',
    });
  const note = `No ${DEFAULT_FILE} here: using examples/minimal.ts. \`backstop init\` writes one.`;
  return { settings: read(EXAMPLE_FILE), file: EXAMPLE_FILE, note };
}

function read(file: string): Settings {
  return defineSettings(defaultExport(file));
}

/** Whatever the file exports: defineSettings checks it, also where the file did not call it. */
function defaultExport(file: string): Settings {
  let loaded: unknown;
  try {
    loaded = createRequire(__filename)(file);
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
    throw new Failure('usage', `${file} does not load: ${messageOf(cause)}`, {
      hint: 'Correct the file; `npx tsc` shows where.',
      cause,
    });
  }
  if (typeof loaded === 'object' && loaded !== null && 'default' in loaded) return loaded.default as Settings;
  throw new Failure('usage', `${file} has no default export.`, {
    hint: 'Write `export default defineSettings({ … })`.',
  });
}
