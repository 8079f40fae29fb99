/** One disaster, from a system at work to the verdict: what is typed is what the runbook says. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync } from 'node:fs';
import path from 'node:path';
import { humanSeconds } from '../../../lib/contract/human';
import { ROOT } from '../../docs/markdown';
import { CloudWatchAgent } from '../../support/cloudwatch-agent';
import { DATABASE, INSTALLATION } from '../scene';
import type { Damaged, Disaster } from './disaster';
import { commandsOf, looks } from './runbook';
import type { RunningShop } from './running-shop';
import { missed } from './targets';

export interface Rehearsed {
  readonly disaster: Disaster;
  /** From the restored data to the damage. */
  readonly lossSeconds: number;
  /** All commands of the runbook together. */
  readonly recoverySeconds: number;
  /** Targets that are not kept, in words. */
  readonly missed: readonly string[];
}

/** @throws Error where a command fails, or what it leaves is not what it should be */
export async function rehearseDisaster(disaster: Disaster, shop: RunningShop): Promise<Rehearsed> {
  await shop.open();
  const damaged = await disaster.happens(shop);
  const startedAt = performance.now();
  const output = await typed(disaster, damaged, shop);
  const recoverySeconds = (performance.now() - startedAt) / 1000;
  await damaged.judge(output);
  const { damagedAt, snapshotAt = damagedAt } = damaged;
  const lossSeconds = Math.max(0, (damagedAt.getTime() - snapshotAt.getTime()) / 1000);
  shop.report.say(
    `recovered in ${humanSeconds(recoverySeconds)}; ${humanSeconds(lossSeconds)} of changes are lost`,
  );
  return {
    disaster,
    ...{ lossSeconds, recoverySeconds },
    missed: missed(disaster, { lossSeconds, recoverySeconds }),
  };
}

/** Types what the runbook tells to look with while all is well: none of it finds a fault. */
export async function lookAround(shop: RunningShop): Promise<number> {
  await shop.open();
  // Of the alarms that one of the commands sets off.
  const cloudWatch = await CloudWatchAgent.start(shop.scene.emulator.endpoint, `${INSTALLATION}-`);
  try {
    for (const line of looks()) {
      shop.report.command(line);
      const shell = { ...shellOf(shop), ...variablesOf({ damagedAt: new Date() }, shop) };
      shop.report.output((await bash(line, shop.folderFor('.'), shell)).split('\n').slice(-4).join('\n'));
    }
  } finally {
    await cloudWatch.stop();
  }
  return looks().length;
}

async function typed({ heading }: Disaster, damaged: Damaged, shop: RunningShop): Promise<string> {
  const outputs: string[] = [];
  const home = shop.folderFor('operator');
  mkdirSync(home, { recursive: true });
  const folder = mkdtempSync(path.join(home, 'night-'));
  for (const block of commandsOf(heading)) {
    for (const line of block.trimEnd().split('\n')) shop.report.command(line);
    const output = await bash(block, folder, { ...shellOf(shop), ...variablesOf(damaged, shop) });
    shop.report.output(output.split('\n').slice(-12).join('\n'));
    outputs.push(output);
  }
  return outputs.join('\n');
}

function shellOf({ scene }: RunningShop): Record<string, string> {
  const { PATH = '' } = process.env;
  const tools = [path.join(ROOT, 'test/fixtures/bin'), scene.cluster.binDirectory];
  return {
    ...scene.environment,
    PATH: [...tools, PATH].join(path.delimiter),
    BACKSTOP_POSTGRES_BIN: scene.cluster.binDirectory,
    NODE_PATH: path.join(ROOT, 'node_modules'),
  };
}

function variablesOf(
  { damagedAt, variables = {} }: Pick<Damaged, 'damagedAt' | 'variables'>,
  { scene }: RunningShop,
): Record<string, string> {
  return {
    BACKSTOP_DATABASE: DATABASE,
    SERVER_URL: scene.server,
    SHOP_URL: `${scene.server}/${DATABASE}`,
    DAMAGED_AT: damagedAt.toISOString(),
    ...variables,
  };
}

const PRELUDE = `backstop() { ${process.execPath} --import ${path.join(ROOT, 'node_modules/tsx/dist/loader.mjs')} ${path.join(ROOT, 'bin/backstop.ts')} "$@"; }`;

/** @throws Error with all that was said, where a command fails */
function bash(block: string, cwd: string, env: Record<string, string>): Promise<string> {
  const child = spawn('bash', ['--norc', '-e', '-o', 'pipefail', '-c', `${PRELUDE}\n${block}`], { cwd, env });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once('close', (code) => {
      if (code === 0) resolve(said.trimEnd());
      else reject(new Error(`The commands of the runbook ended with ${String(code)}:\n${said}`));
    });
  });
}
