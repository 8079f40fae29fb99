/** `backstop compliance`: the facts that an auditor asks for, from the real state. */
import { writeFile } from 'node:fs/promises';
import { Option, type Command } from 'commander';
import type { Compliance, Period } from '../contract/compliance';
import { Failure, messageOf } from '../contract/failure';
import { complianceReport } from '../operations/compliance/compliance-report';
import { documentOf } from '../operations/compliance/document';
import { htmlOf } from '../operations/compliance/html';
import { markdownOf } from '../operations/compliance/markdown';
import { listRecoveryPoints } from '../operations/recovery-points';
import { openBucket } from '../runtime/open-bucket';
import type { Settings } from '../settings/schema';
import type { CommandIo } from './command-io';
import { complianceText } from './compliance-text';
import { evidenceTrustIfNamed, evidenceTrustOptions, type EvidenceTrustOptions } from './evidence-trust';
import { exitCodesHelp } from './exit-codes';
import * as shared from './options';
import { objectivesOf, settingsIfThere, settingsOption } from './settings-option';
import { parseSince, type Since } from './since';

const FORMATS = ['text', 'markdown', 'html', 'json'] as const;
type Format = (typeof FORMATS)[number];

interface ComplianceOptions extends shared.TrustOptions, EvidenceTrustOptions {
  readonly since: Since;
  readonly until?: Since;
  readonly settings?: string;
  readonly format: Format;
  readonly write?: string;
  readonly json?: boolean;
}

const MORE = `
States what is, and certifies nothing. What you may not read says "could not
be read" and is an exception. Exceptions end with exit code 0 all the same:
the report is whole; with --json they are a list for programs.

Examples:
  backstop compliance --store s3://shop-backups --public-key manifests.pub.pem --evidence-key evidence.pub.pem --since 90d
  backstop compliance --store s3://shop-backups --since 2026-07-01 --until 2026-10-01 --format html --write audit-q3.html
  backstop compliance --store file:backups --json`;

export function registerCompliance(program: Command, io: CommandIo): void {
  const command = program
    .command('compliance')
    .description('state the facts for an audit: encryption, retention, backups, drills, restores, exceptions')
    .addOption(
      new Option('--since <when>', 'beginning of the period: for example 90d or 2026-07-01')
        .argParser(parseSince)
        .default(parseSince('90d'), '90d'),
    )
    .addOption(new Option('--until <when>', 'its end; default: now').argParser(parseSince))
    .addOption(settingsOption())
    .addOption(shared.storeOption())
    .addOption(shared.publicKeyOption())
    .addOption(shared.signerOption());
  for (const option of evidenceTrustOptions()) command.addOption(option);
  command
    .addOption(new Option('--format <format>', 'how it is written').choices(FORMATS).default('text'))
    .option('--write <file>', 'write it into a file instead of printing it')
    .addOption(shared.jsonOption().implies({ format: 'json' }))
    .addHelpText('after', `${MORE}\n${exitCodesHelp()}`)
    .action((options: ComplianceOptions) => compliance(options, io));
}

async function compliance(options: ComplianceOptions, io: CommandIo): Promise<void> {
  const now = io.clock.now();
  const period = periodOf(options, now);
  const settings = settingsIfThere(options.settings);
  const [trust, evidenceTrust] = [await shared.trustOf(options), await evidenceTrustIfNamed(options)];
  const store = shared.openStoreOf(options);
  const bucket = openBucket(store.url);
  try {
    const report = await complianceReport(
      {
        ...{ store, evidenceTrust, bucket, clock: { now: () => now } },
        points: () => listRecoveryPoints(store, trust, { now }),
        ...promised(settings),
      },
      period,
    );
    await tell(report, options, io);
  } finally {
    bucket?.close();
    await store.close();
  }
}

/** @throws Failure `usage` */
function periodOf({ since, until }: ComplianceOptions, now: Date): Period {
  const period = { since: since(now), until: until?.(now) ?? now };
  if (period.since < period.until && period.since < now) return period;
  throw new Failure(
    'usage',
    `The period from ${period.since.toISOString()} to ${period.until.toISOString()} is none.`,
    { hint: '--since must lie before --until, and before now; --since 90d ends now.' },
  );
}

function promised(settings: Settings | undefined) {
  if (settings === undefined) return {};
  const arn = settings.breakGlassRoleArn;
  return { objectives: objectivesOf(settings), breakGlassRole: arn?.slice(arn.lastIndexOf('/') + 1) };
}

const RENDERED: Readonly<Record<Format, (report: Compliance) => string>> = {
  text: (report) => complianceText(documentOf(report)),
  markdown: (report) => markdownOf(documentOf(report)),
  html: (report) => htmlOf(documentOf(report)),
  json: (report) => JSON.stringify(report, null, 2),
};

/** @throws Failure `usage` where the file cannot be written */
async function tell(report: Compliance, { format, write }: ComplianceOptions, io: CommandIo): Promise<void> {
  const text = RENDERED[format](report);
  const whole = text.endsWith('\n') ? text : `${text}\n`;
  if (write === undefined) {
    io.stdout.write(whole);
    return;
  }
  await writeFile(write, whole).catch((error: unknown) => {
    throw new Failure('usage', `${write} cannot be written: ${messageOf(error)}`, {
      hint: 'Name a file in a folder that is there and that you may write to.',
      cause: error,
    });
  });
  const count = report.exceptions.length === 1 ? '1 exception' : `${report.exceptions.length} exceptions`;
  io.stdout.write(`${write}: ${count}.\n`);
}
