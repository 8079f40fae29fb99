/**
 * `backstop audit`: who did what, why, and how it ended; with --drills the log of drills. That one is no verb of its own:
 * between `drills`, which would look, and `drill`, which restores, there would be one letter.
 */
import { Option, type Command } from 'commander';
import { AUDITED_PROGRAMS, type AuditedProgram } from '../contract/audit-event';
import { drillLog } from '../operations/drill-log';
import { readAudit } from '../operations/read-audit';
import type { Store } from '../runtime/store';
import { auditText } from './audit-text';
import { printResult, type CommandIo } from './command-io';
import { drillLogText } from './drill-log-text';
import { evidenceTrustOf, evidenceTrustOptions, type EvidenceTrustOptions } from './evidence-trust';
import { exitCodesHelp } from './exit-codes';
import * as shared from './options';
import { parseSince, type Since } from './since';

interface AuditOptions extends EvidenceTrustOptions {
  readonly since: Since;
  readonly database?: string;
  readonly program?: AuditedProgram;
  readonly drills?: boolean;
  readonly json?: boolean;
}

const MORE = `
What programs tell of themselves, unsigned: it proves nothing. "no end" is a run
that still runs, was killed, or lost its store. --drills reads signed evidence
instead; only what its keys signed counts as proof.

Examples:
  backstop audit --store s3://shop-backups --since 7d
  backstop audit --store s3://shop-backups --program restore --since 2026-01-01 --json
  backstop audit --drills --store s3://shop-backups --evidence-key evidence.pub.pem --since 365d`;

export function registerAudit(program: Command, io: CommandIo): void {
  const command = program
    .command('audit')
    .description('tell who backed up, restored, drilled and held what, why, and how it ended')
    .addOption(sinceOption())
    .addOption(shared.databaseOption('only of this database'))
    .addOption(new Option('--program <name>', 'only of this program').choices(AUDITED_PROGRAMS))
    .addOption(shared.storeOption())
    .addOption(new Option('--drills', 'the log of drills, with measured restore times').conflicts('program'));
  for (const option of evidenceTrustOptions()) command.addOption(option);
  command
    .addOption(shared.jsonOption())
    .addHelpText('after', `${MORE}\n${exitCodesHelp()}`)
    .action((options: AuditOptions) => runAudit(options, io));
}

function sinceOption(): Option {
  return new Option('--since <when>', 'for example 7d, 24h, 2026-11-20 or 2026-11-20T02:00:00Z')
    .argParser(parseSince)
    .default(parseSince('30d'), '30d');
}

async function runAudit(options: AuditOptions, io: CommandIo): Promise<void> {
  const store = shared.openStoreOf(options);
  try {
    await (options.drills === true ? printDrills(store, options, io) : printEntries(store, options, io));
  } finally {
    await store.close();
  }
}

async function printEntries(store: Store, options: AuditOptions, io: CommandIo): Promise<void> {
  const { database, program } = options;
  const since = options.since(io.clock.now());
  const report = await readAudit(store, {
    since,
    ...(database === undefined ? {} : { database }),
    ...(program === undefined ? {} : { program }),
  });
  const told = { store: store.url, since: since.toISOString(), ...report };
  printResult(io, options.json === true, told, () =>
    report.entries.length + report.unreadable.length === 0
      ? nothing(store, since)
      : auditText(report, io.stdout.columns),
  );
}

async function printDrills(store: Store, options: AuditOptions, io: CommandIo): Promise<void> {
  const { database } = options;
  const since = options.since(io.clock.now());
  const trust = await evidenceTrustOf(options);
  const drills = await drillLog(store, trust, { since, ...(database === undefined ? {} : { database }) });
  const told = { store: store.url, since: since.toISOString(), drills };
  printResult(io, options.json === true, told, () =>
    drills.length === 0 ? nothing(store, since) : drillLogText(drills, io.stdout.columns),
  );
}

function nothing(store: Store, since: Date): string {
  return `${store.url} tells of nothing since ${since.toISOString()}; --since 365d looks further back.`;
}
