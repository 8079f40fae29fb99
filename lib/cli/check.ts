/** `backstop check`: stored objects against their manifests. */
import { tmpdir } from 'node:os';
import { Option, type Command } from 'commander';
import { ENVIRONMENT } from '../contract/environment';
import { Failure } from '../contract/failure';
import { check, type CheckResult } from '../operations/check';
import type { Finding } from '../operations/finding';
import { printResult, type CommandIo } from './command-io';
import { exitCodesHelp } from './exit-codes';
import * as shared from './options';
import { atOption, choiceOf, type AtOptions } from './point-choice';

interface CheckOptions extends shared.TrustOptions, AtOptions {
  readonly database?: string;
  readonly deep?: boolean;
  readonly scratch: string;
  readonly postgresBin?: string;
  readonly json?: boolean;
}

const MORE = `
Faults end with exit code 7: an object missing, of another size or checksum, or
no longer locked; a manifest edited, unsigned, or signed by another key; an
archive that cannot be read; a store without any recovery point. Notes do not:
dumps without a manifest, delete markers, objects that no manifest names,
expired points.

Examples:
  backstop check --store s3://shop-backups --public-key manifests.pub.pem
  backstop check newest --deep --store file:backups --database shop`;

export function registerCheck(program: Command, io: CommandIo): void {
  program
    .command('check')
    .description('compare stored objects with their signed manifests')
    .argument('[id]', 'one point: its id, the beginning of it, or newest; default: all')
    .addOption(atOption())
    .option('--deep', 'read every byte, and each archive to its end')
    .addOption(shared.databaseOption('only the points of this database'))
    .addOption(shared.storeOption())
    .addOption(shared.publicKeyOption())
    .addOption(shared.signerOption())
    .addOption(scratchOption())
    .addOption(shared.postgresBinOption())
    .addOption(shared.jsonOption())
    .addHelpText('after', `${MORE}\n${exitCodesHelp()}`)
    .action((point: string | undefined, options: CheckOptions) => runCheck(point, options, io));
}

export function scratchOption(): Option {
  return new Option('--scratch <dir>', 'where a point is fetched to')
    .env(ENVIRONMENT.scratch)
    .default(tmpdir(), 'the folder for temporary files');
}

async function runCheck(point: string | undefined, options: CheckOptions, io: CommandIo): Promise<void> {
  const json = options.json === true;
  const trust = await shared.trustOf(options);
  const store = shared.openStoreOf(options);
  const archive = shared.openArchiveOf(options);
  const reporter = io.reporter(json);
  try {
    const { database, postgresBin } = options;
    const request = {
      deep: options.deep === true,
      scratchRoot: options.scratch,
      ...(point === undefined && options.at === undefined ? {} : choiceOf(point, options)),
      ...(database === undefined ? {} : { database }),
      ...(postgresBin === undefined ? {} : { postgresBin }),
    };
    const { clock, signal } = io;
    const result = await check(request, { store, archive, trust, reporter, clock, signal });
    reporter.close();
    printResult(io, json, { store: store.url, ...result }, () => checkText(result));
    failOnFaults(result);
  } finally {
    reporter.close();
    archive?.close();
    await store.close();
  }
}

const PROOF: Readonly<Record<CheckResult['bytesProvenBy'], string>> = {
  sha256: 'every byte was read and each archive to its end',
  'store-checksum': "sizes and the store's own checksums were compared; --deep reads every byte",
  size: 'only sizes were compared, this store keeps no checksum; --deep reads every byte',
};

function checkText({ points, findings, bytesProvenBy }: CheckResult): string {
  const { valid, expired, faulty } = points;
  return [
    ...findings.map(findingText),
    `${valid} valid, ${expired} expired, ${faulty} with a faulty manifest: ${PROOF[bytesProvenBy]}.`,
    findings.some(({ severity }) => severity === 'fault') ? '' : 'No fault found.',
  ]
    .filter((line) => line !== '')
    .join('\n');
}

function findingText({ severity, subject, text }: Finding): string {
  // A message that was written for itself names its subject already.
  const told = text.startsWith(subject) ? text : `${subject} ${text}`;
  return `${severity === 'fault' ? 'FAULT' : 'note '}  ${told}`;
}

function failOnFaults({ findings }: CheckResult): void {
  const faults = findings.filter(({ severity }) => severity === 'fault');
  if (faults.length === 0) return;
  const count = faults.length === 1 ? '1 fault was' : `${faults.length} faults were`;
  throw new Failure('stored-data-faulty', `${count} found in the store.`, {
    hint: 'Back up now, then find out who or what changed the store. Points without a fault can be restored.',
  });
}
