/** `backstop cost`: what the backups cost a month, and what they will. */
import type { Command } from 'commander';
import { Failure } from '../contract/failure';
import { openBucket } from '../runtime/open-bucket';
import { sizesOfFiles } from '../runtime/stored-versions';
import { printResult, type CommandIo } from './command-io';
import { costReport, type CostReport } from './cost-report';
import { costText } from './cost-text';
import { exitCodesHelp } from './exit-codes';
import * as shared from './options';
import { settingsIfThere, settingsOption } from './settings-option';

interface CostOptions extends shared.TrustOptions {
  readonly settings?: string;
  readonly json?: boolean;
}

const MORE = `
With a settings file: the estimate, line by line, by the formulas of
docs/cost.md. With a store: what really lies there, by database and class,
what it costs at S3's list prices, and what it will take in 90 days. With
both: why they differ. A folder has bytes only. Your bill is the truth.

Examples:
  backstop cost
  backstop cost --settings examples/deltacrown.ts --json
  backstop cost --store s3://shop-backups --public-key manifests.pub.pem
  backstop cost --store file:backups`;

export function registerCost(program: Command, io: CommandIo): void {
  program
    .command('cost')
    .description('tell what the backups cost a month, really and by estimate, and what would be cheaper')
    .addOption(settingsOption())
    .addOption(shared.storeOption())
    .addOption(shared.publicKeyOption())
    .addOption(shared.signerOption())
    .addOption(shared.jsonOption())
    .addHelpText('after', `${MORE}\n${exitCodesHelp()}`)
    .action((options: CostOptions) => cost(options, io));
}

async function cost(options: CostOptions, io: CommandIo): Promise<void> {
  const report = await reportOf(options, io.clock.now());
  printResult(io, options.json === true, report, () => costText(report, io.stdout.columns));
}

async function reportOf(options: CostOptions, now: Date): Promise<CostReport> {
  const settings = settingsIfThere(options.settings);
  if (options.store === undefined || options.store === '') {
    if (settings !== undefined) return costReport({ settings, place: undefined, now });
    throw new Failure('usage', 'There is neither a store nor a settings file to tell costs of.', {
      hint: 'Give --store s3://BUCKET or file:PATH for what is stored, --settings FILE for an estimate, or both.',
    });
  }
  const trust = await shared.trustOf(options);
  const store = shared.openStoreOf(options);
  const bucket = openBucket(store.url);
  try {
    const versions = bucket ?? sizesOfFiles(store);
    const place = { store, versions, isBucket: bucket !== undefined, trust };
    return await costReport({ settings, place, now });
  } finally {
    bucket?.close();
    await store.close();
  }
}
