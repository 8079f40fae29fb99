/** `backstop prune`: deletes expired recovery points from a directory; in a bucket lifecycle does it. */
import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import { Failure } from '../contract/failure';
import { humanBytes } from '../contract/human';
import { planPrune, prune, type PruneItem, type PrunePlan } from '../operations/prune';
import { callerOf } from '../runtime/caller';
import { DirectoryPruner } from '../runtime/directory-pruner';
import { printResult, type CommandIo } from './command-io';
import { evidenceTrustOf, evidenceTrustOptions, type EvidenceTrustOptions } from './evidence-trust';
import { exitCodesHelp } from './exit-codes';
import * as shared from './options';
import { plainTable } from './point-table';

interface PruneOptions extends shared.TrustOptions, EvidenceTrustOptions {
  readonly database?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly requestedBy: string;
  readonly reason: string;
  readonly json?: boolean;
}

const MORE = `
Goes: what is past its time (--keep of its backup), and dumps without a manifest
that nobody touched for a week. Stays, however old: the newest proven point, the
newest whole one, and where drills have run all that is newer than the newest
proven one. Manifests, evidence and audit stay.

Examples:
  backstop prune --store file:backups --dry-run
  backstop prune --store file:backups --database shop --yes`;

export function registerPrune(program: Command, io: CommandIo): void {
  const command = program
    .command('prune')
    .description('delete expired recovery points from a directory (in a bucket lifecycle does it)')
    .addOption(shared.databaseOption('only of this database'))
    .addOption(shared.storeOption())
    .option('--dry-run', 'tell what would go, and delete nothing')
    .option('--yes', 'do not ask: for timers and pipes')
    .addOption(shared.publicKeyOption())
    .addOption(shared.signerOption());
  for (const option of evidenceTrustOptions()) command.addOption(option);
  command
    .addOption(shared.reasonOption('why it is pruned'))
    .addOption(shared.requestedByOption())
    .addOption(shared.jsonOption())
    .addHelpText('after', `${MORE}\n${exitCodesHelp()}`)
    .action((options: PruneOptions) => runPrune(options, io));
}

async function runPrune(options: PruneOptions, io: CommandIo): Promise<void> {
  const json = options.json === true;
  const dryRun = options.dryRun === true;
  const store = shared.openStoreOf(options);
  const reporter = io.reporter(json);
  try {
    // Refuses a bucket before anything is asked about keys.
    new DirectoryPruner(store);
    demandConfirmable(options, io);
    const trust = await shared.trustOf(options);
    const evidenceTrust = await evidenceTrustOf(options);
    const { database, requestedBy, reason } = options;
    const request = { requestedBy, reason, ...(database === undefined ? {} : { database }) };
    const { clock, signal } = io;
    const caller = await callerOf(store.url, io.environment);
    const tools = { store, trust, evidenceTrust, clock, reporter, caller, randomBytes, signal };
    const plan = await planPrune(request, tools);
    const goes = !dryRun && plan.goes.length > 0;
    if (goes && options.yes !== true) await confirm(plan, io);
    const freedBytes = goes ? await prune(plan, request, tools) : 0;
    reporter.close();
    printResult(io, json, { store: store.url, dryRun, ...plan, freedBytes }, () =>
      pruneText(plan, { dryRun, freedBytes, width: io.stdout.columns }),
    );
  } finally {
    reporter.close();
    await store.close();
  }
}

/** A program that reads JSON does not answer questions. */
function demandConfirmable({ dryRun, yes, json }: PruneOptions, io: CommandIo): void {
  if (dryRun === true || yes === true) return;
  const prompt = json === true ? undefined : io.prompt();
  if (prompt === undefined)
    throw new Failure('usage', 'There is no terminal to ask whether to delete.', {
      hint: 'Look first with --dry-run; then give --yes.',
    });
  prompt.close();
}

/** A word, so that no key hit by chance deletes a backup. */
async function confirm(plan: PrunePlan, io: CommandIo): Promise<void> {
  const prompt = io.prompt();
  if (prompt === undefined) throw new TypeError('demandConfirmable() was not asked');
  const view = { dryRun: true, freedBytes: 0, width: io.stdout.columns };
  io.stdout.write(`${pruneText(plan, view)}\n`);
  try {
    if ((await prompt.ask('Type "delete" to delete it for good: ')) === 'delete') return;
  } finally {
    prompt.close();
  }
  throw new Failure('stopped', 'Nothing was deleted: it was not confirmed.');
}

interface View {
  readonly dryRun: boolean;
  readonly freedBytes: number;
  readonly width: number | undefined;
}

function pruneText({ goes, stays }: PrunePlan, { dryRun, freedBytes, width }: View): string {
  const bytes = goes.reduce((sum, item) => sum + item.bytes, 0);
  const summary = dryRun
    ? `${goes.length} would go, and ${humanBytes(bytes)} be free; ${stays.length} stay.`
    : `${goes.length} deleted, ${humanBytes(freedBytes)} are free; ${stays.length} stay.`;
  return [
    ...tableOf(dryRun ? 'Would go:' : 'Deleted:', goes, width),
    ...tableOf('Stays:', stays, width),
    summary,
  ].join('\n');
}

const INDENT = '  ';

function tableOf(title: string, items: readonly PruneItem[], width: number | undefined): string[] {
  if (items.length === 0) return [];
  const table = plainTable(
    items,
    [
      { title: 'ID', cell: ({ id }) => id },
      { title: 'DATABASE', cell: ({ database }) => database },
      { title: 'IS', cell: ({ kind }) => kind, expendable: 3 },
      { title: 'OBJECTS', cell: ({ objects }) => String(objects), align: 'right', expendable: 2 },
      { title: 'BYTES', cell: ({ bytes }) => humanBytes(bytes), align: 'right', expendable: 1 },
      { title: 'WHY', cell: ({ why }) => why },
    ],
    width === undefined ? undefined : width - INDENT.length,
  );
  return [title, ...table.split('\n').map((line) => `${INDENT}${line}`), ''];
}
