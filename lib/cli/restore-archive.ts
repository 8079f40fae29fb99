/** `backstop restore --archive`: an archive that a script made, into a new database. */
import { Option } from 'commander';
import { Failure } from '../contract/failure';
import type { ArchiveAudit } from '../operations/archive/archive-audit';
import { ALLOWANCES, type ArchiveSource } from '../operations/archive/archive-request';
import { failOnArchiveDifferences, restoreArchive } from '../operations/restore-archive';
import { openStore } from '../runtime/open-store';
import { allowed } from './allow-option';
import { archiveAuditIn, type ArchiveAuditOptions } from './archive-audit-options';
import { archiveText } from './archive-text';
import { printResult, type CommandIo } from './command-io';
import * as shared from './options';

export interface ArchiveOptions {
  readonly archive?: string;
  readonly sha256?: string;
  readonly allow?: readonly string[];
}

/** Those of `restore` that an archive needs, too. */
interface TargetOptions extends ArchiveAuditOptions {
  readonly to?: string;
  readonly targetDatabase?: string;
  readonly jobs: number;
  readonly owners?: boolean;
  readonly keepFailed?: boolean;
  readonly scratch: string;
  readonly postgresBin?: string;
  readonly json?: boolean;
}

/** What belongs to recovery points alone, and has no variable of the environment; the rest is in archive-usage.ts. */
const NOT_OF_ARCHIVES = ['at', 'table', 'rowsMissingIn', 'swap', 'replace', 'inAws', 'globals', 'thaw'];

export function archiveOptions(): Option[] {
  return [
    new Option(
      '--archive <file>',
      'restore an archive of your own scripts: a file, a folder or s3://BUCKET/KEY',
    ).conflicts(NOT_OF_ARCHIVES),
    new Option(
      '--sha256 <file>',
      "the archive's checksum, as sha256sum writes it (default: <archive>.sha256)",
    ),
  ];
}

export async function runRestoreArchive(
  { archive = '', sha256, allow: overrides = [], ...options }: ArchiveOptions & TargetOptions,
  io: CommandIo,
): Promise<void> {
  const json = options.json === true;
  const { to, targetDatabase, postgresBin } = options;
  const allow = allowed(overrides, ALLOWANCES, 'an archive');
  const source = sourceOf(archive);
  const request = {
    archive: source,
    allow,
    maintenance: shared.maintenanceTarget(to, io.environment),
    targetDatabase: shared.demanded(
      targetDatabase,
      '--target-database',
      'Name a database that does not exist yet.',
    ),
    jobs: options.jobs,
    owners: options.owners === true,
    keepFailed: options.keepFailed === true,
    scratchRoot: options.scratch,
    ...(sha256 === undefined ? {} : { sha256File: sha256 }),
    ...(postgresBin === undefined ? {} : { postgresBin }),
  };
  const reporter = io.reporter(json);
  shared.warnOfPassword(reporter, '--to', to);
  let audit: ArchiveAudit | undefined;
  try {
    audit = await archiveAuditIn(options, io, reporter);
    const tools = { reporter, clock: io.clock, signal: io.signal, ...(audit && { audit }) };
    const result = await restoreArchive(request, tools);
    reporter.close();
    printResult(io, json, result, () => archiveText(result));
    failOnArchiveDifferences(result);
  } finally {
    reporter.close();
    if ('store' in source) await source.store.close();
    await audit?.store.close();
  }
}

/** @throws Failure `usage` */
function sourceOf(archive: string): ArchiveSource {
  if (!archive.startsWith('s3://')) return { path: archive };
  const [, bucket = '', key = ''] = /^s3:\/\/([^/]*)\/?([^]*)$/.exec(archive) ?? [];
  if (key !== '' && !key.endsWith('/')) return { store: openStore(`s3://${bucket}`), key };
  throw new Failure('usage', `${archive} names no object.`, {
    hint: 'Write s3://BUCKET/KEY. A dump in directory format: fetch it by "aws s3 cp --recursive", and give the folder.',
  });
}
