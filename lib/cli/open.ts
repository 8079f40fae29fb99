/** `backstop open`: status page, dashboard, alarms or runbook of a deployed installation, where people look at them. */
import { createWriteStream, existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Argument, type Command } from 'commander';
import { cloudWatchConsole } from '../contract/console-links';
import { Failure } from '../contract/failure';
import { COMPUTE_OUTPUTS, STORAGE_OUTPUTS } from '../contract/installation-outputs';
import { statusKey } from '../contract/status-pages';
import { readStackOutputs } from '../runtime/deployed-installation';
import { openStore } from '../runtime/open-store';
import { openWithMachine } from '../runtime/open-with-machine';
import type { Store } from '../runtime/store';
import { printResult, type CommandIo } from './command-io';
import { exitCodesHelp } from './exit-codes';
import { demandInstallation, installationOption, type InstallationOptions } from './installation-option';

const PAGES = ['status', 'dashboard', 'alarms', 'runbook'] as const;
type Page = (typeof PAGES)[number];

interface OpenOptions extends InstallationOptions {
  readonly print?: boolean;
}

const MORE = `
The status page is fetched into a folder that only you can read, and opened
from there: it is one file, which needs no network. The others are opened
where they are.

Examples:
  backstop open --installation acme
  backstop open dashboard --installation acme
  backstop open status --installation acme --print`;

export function registerOpen(program: Command, io: CommandIo): void {
  program
    .command('open')
    .description('open status page, dashboard, alarms or runbook of a deployed installation')
    .addArgument(new Argument('[page]', 'what to look at').choices(PAGES).default('status'))
    .addOption(installationOption())
    .option('--print', 'print path or URL, and open nothing')
    .addHelpText('after', `${MORE}\n${exitCodesHelp()}`)
    .action((page: Page, options: OpenOptions) => runOpen(page, options, io));
}

async function runOpen(page: Page, options: OpenOptions, io: CommandIo): Promise<void> {
  const target = await targetOf(page, demandInstallation(options));
  if (options.print === true) {
    printResult(io, false, undefined, () => target);
    return;
  }
  const open = io.open ?? openWithMachine;
  await open(target);
  printResult(io, false, undefined, () => `Opened: ${target}`);
}

async function targetOf(page: Page, installation: string): Promise<string> {
  if (page === 'status') return fetchStatusPage(installation);
  const { place, outputs } = await readStackOutputs(installation, 'compute', COMPUTE_OUTPUTS);
  if (page === 'runbook') return runbook(outputs.runbookUrl);
  const fragment =
    page === 'alarms' ? 'alarmsV2:' : `dashboards/dashboard/${encodeURIComponent(outputs.dashboardName)}`;
  return cloudWatchConsole(place, fragment);
}

/** By default it is a path of this project. */
function runbook(url: string): string {
  const own = path.resolve(__dirname, '../..', url);
  return !URL.canParse(url) && existsSync(own) ? own : url;
}

/** Of this user alone: mkdtemp's folders have the mode 0700. */
async function fetchStatusPage(installation: string): Promise<string> {
  const { outputs } = await readStackOutputs(installation, 'storage', STORAGE_OUTPUTS);
  const store = openStore(`s3://${outputs.statusBucketName}`);
  try {
    await demandPage(store);
    const folder = await mkdtemp(path.join(tmpdir(), `backstop-${installation}-`));
    const file = path.join(folder, 'index.html');
    await pipeline(await store.get(statusKey('page')), createWriteStream(file, { mode: 0o600 }));
    return file;
  } finally {
    await store.close();
  }
}

/** @throws Failure `usage` where the monitor has written none yet */
async function demandPage(store: Store): Promise<void> {
  for await (const { key } of store.list(statusKey('page'))) if (key === statusKey('page')) return;
  throw new Failure('usage', `${store.url} has no status page yet.`, {
    hint: 'The monitor writes the first one within the hour after the deployment; `backstop alarms` tells whether it is silent.',
  });
}
