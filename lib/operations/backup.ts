/**
 * Makes a recovery point: lock, version check, snapshot, inventory beside the dump, every byte confirmed by the
 * store, the archive's tables against the snapshot's, and last of all the signed manifest. The audit tells when it
 * began and how it ended.
 */
import { Failure } from '../contract/failure';
import { exportPrefix, pointPrefix } from '../contract/object-keys';
import { recoveryPointId, type RecoveryPointId } from '../contract/recovery-point-id';
import { retentionClassFor } from '../contract/retention';
import { dump } from '../postgres/dump/dump';
import { dumpOptionsFor } from '../postgres/dump/dump-options';
import type { Dumped, DumpRequest } from '../postgres/dump/dump-request';
import { openSource, type Source } from '../postgres/source';
import { qualifiedName } from '../postgres/tables';
import { toolchainFor } from '../postgres/toolchain';
import type { Caller } from '../runtime/caller';
import { withScratchDirectory } from '../runtime/scratch-directory';
import { together } from '../runtime/together';
import { AuditTrail, type AuditedRun } from './audit-trail';
import { describeSource, type SourceDescription } from './backup-description';
import { manifestOf, type Findings } from './backup-manifest';
import { storeManifest, storeReadme } from './backup-objects';
import { BackupProgress } from './backup-progress';
import type { BackupRequest, BackupResult, BackupTools } from './backup-request';
import type { Run } from './backup-run';
import { describeOrigin, previousPoint } from './previous-point';

export async function backup(request: BackupRequest, tools: BackupTools): Promise<BackupResult> {
  tools.signal.throwIfAborted();
  const startedAt = tools.clock.now();
  const id = recoveryPointId(startedAt, tools.randomBytes(2));
  const trail = new AuditTrail(auditedRun(id, request, tools.caller), tools);
  return trail.recordEndOf(() =>
    withScratchDirectory(request.scratchRoot, async (scratchDirectory) => {
      let groundwork: Groundwork | undefined;
      const source = await openSource(request.target, {
        ...request,
        name: request.database,
        applicationName: applicationName(id),
        beforeLocks: async (facts) => {
          await trail.recordStart(tools.signal);
          groundwork = await layGroundwork(request, tools, facts);
        },
        signal: tools.signal,
      });
      try {
        if (groundwork === undefined) throw new TypeError('openSource() calls beforeLocks');
        const run = prepare(request, tools, { id, startedAt, source, scratchDirectory, ...groundwork });
        const findings = await dumpAndDescribe(request, tools, run);
        return await record(request, tools, run, findings);
      } finally {
        await source.close();
      }
    }),
  );
}

function auditedRun(id: RecoveryPointId, request: BackupRequest, caller: Caller | undefined): AuditedRun {
  const { database, reason, requestedBy: who, slot, tables } = request;
  const what = tables.length === 0 ? {} : { what: `export of ${tables.join(', ')}` };
  return { program: 'backup', database, id, who, reason, slot, ...caller, ...what };
}

/** Under this name pg_stat_activity shows every session of the run. */
function applicationName(id: string): string {
  return `backstop ${id}`;
}

/** Far above what a synchronised clock is ever off; far below a wrong time zone. */
const MAX_CLOCK_DIFFERENCE_MS = 10 * 60_000;

type Groundwork = Pick<Run, 'toolchain' | 'options' | 'previous'>;

/** All that asks programs and the store, so that tables are not locked meanwhile. */
async function layGroundwork(
  request: BackupRequest,
  tools: BackupTools,
  facts: Source['facts'],
): Promise<Groundwork> {
  const toolchain = await toolchainFor(facts.major, request.postgresBin);
  const options = dumpOptionsFor(request, facts);
  return { toolchain, options, previous: await previousPoint(tools.store, tools.signer, request.database) };
}

type Beginning = Groundwork & Pick<Run, 'id' | 'startedAt' | 'source' | 'scratchDirectory'>;

function prepare(request: BackupRequest, tools: BackupTools, beginning: Beginning): Run {
  const { id, startedAt, source, toolchain, options, previous } = beginning;
  demandClocksAgree(tools.clock.now(), source.snapshot.at);
  const retentionClass = retentionClassFor(startedAt, previous.newestByClass, request.keep);
  const isExport = options.tables.length > 0;
  const prefix = isExport
    ? exportPrefix(request.database, id)
    : pointPrefix(retentionClass, request.database, id);
  const storageClass = isExport ? undefined : request.storageClasses?.[retentionClass];
  tools.reporter.info(`Backing up ${request.target.database} as ${request.database} ${id}`, {
    server: source.facts.version,
    client: toolchain.version,
    format: options.format,
    compression: options.compression,
    class: retentionClass,
    storageClass,
    tables: source.dumped.length,
    databaseBytes: source.facts.databaseBytes,
  });
  return { ...beginning, retentionClass, prefix, storageClass };
}

async function dumpAndDescribe(
  request: BackupRequest,
  tools: BackupTools,
  run: Run,
): Promise<Omit<Findings, 'readme'>> {
  const { source } = run;
  const progress = new BackupProgress(tools.reporter, source);
  tellBefore(run, progress);
  let dumped: Dumped | undefined;
  let description: SourceDescription | undefined;
  const done = new AbortController();
  const allRead = afterBoth(() => source.release());
  await together(AbortSignal.any([tools.signal, source.lost]), [
    (signal) =>
      progress.watchWaiters(request, applicationName(run.id), AbortSignal.any([signal, done.signal])),
    (signal) =>
      together(signal, [
        async (inner) => {
          dumped = await dumpSource(request, tools, run, { events: progress, allRead, signal: inner });
        },
        async (inner) => {
          description = await describeSource(request, tools, run, progress, inner);
          await allRead();
        },
      ]).finally(() => {
        done.abort();
      }),
  ]);
  if (dumped === undefined || description === undefined) throw new TypeError('together() waits for both');
  demandRowsOfEachTable(source, dumped);
  return { dumped, description, warnings: progress.warnings };
}

/** Ids, what is newest and what expires go by our clock. */
function demandClocksAgree(ours: Date, servers: Date): void {
  if (Math.abs(ours.getTime() - servers.getTime()) <= MAX_CLOCK_DIFFERENCE_MS) return;
  throw new Failure(
    'usage',
    `This machine's clock says ${ours.toISOString()}, the server's ${servers.toISOString()}.`,
    { hint: 'Set the one that is wrong: a recovery point from the future would be the newest for ever.' },
  );
}

function tellBefore(run: Run, progress: BackupProgress): void {
  for (const table of run.source.excludedParents) {
    progress.warning(`Excluding the rows of ${table} leaves those of its partitions in: name them, too.`);
  }
  for (const table of run.source.unloggedOnReplica) {
    progress.warning(
      `${qualifiedName(table)} is unlogged: a standby does not have its rows, so the point has none.`,
    );
  }
  const { origin } = run.previous;
  if (origin !== undefined && origin !== originOf(run)) {
    progress.warning(`The point before this one was made of ${origin}; this one is of ${originOf(run)}.`);
  }
  for (const pattern of run.source.unmatchedExclusions) {
    progress.warning(`No table matches the exclusion ${pattern}.`);
  }
  if (run.previous.fault !== undefined)
    progress.warning(`The manifest before this one: ${run.previous.fault}`);
}

function originOf({ source }: Run): string {
  return describeOrigin(source.target.database, source.facts.systemIdentifier);
}

function dumpSource(
  request: BackupRequest,
  tools: BackupTools,
  run: Run,
  during: Pick<DumpRequest, 'events' | 'allRead' | 'signal'>,
): Promise<Dumped> {
  const { source, toolchain, options, prefix, storageClass, scratchDirectory } = run;
  return dump({
    target: request.target,
    applicationName: applicationName(run.id),
    toolchain,
    snapshotName: source.snapshot.name,
    options,
    store: tools.store,
    prefix,
    storageClass,
    scratchDirectory,
    encoding: source.facts.encoding,
    namesArePlain: source.facts.namesArePlain,
    estimatedBytes: source.facts.databaseBytes,
    ...during,
  });
}

/** Runs when it was called for the second time: dump and inventory read the same snapshot. */
function afterBoth(run: () => Promise<void>): () => Promise<void> {
  let first = true;
  return async () => {
    if (!first) await run();
    first = false;
  };
}

/** A table that the snapshot has and the archive lacks would be a hole nobody sees until the restore. */
function demandRowsOfEachTable(source: Source, dumped: Dumped): void {
  const missing = source.dumped.filter((table) => !dumped.holdsRowsOf(table));
  if (missing.length === 0) return;
  throw new Failure(
    'dump-failed',
    `The archive lacks the rows of ${missing.map(qualifiedName).join(', ')}.`,
    {
      hint: 'Nothing was recorded as a recovery point. May the backup role see every schema?',
    },
  );
}

async function record(
  request: BackupRequest,
  tools: BackupTools,
  run: Run,
  findings: Omit<Findings, 'readme'>,
): Promise<BackupResult> {
  const { id, prefix, source, options, retentionClass } = run;
  const point = {
    id,
    database: request.database,
    sourceDatabase: request.target.database,
    class: retentionClass,
    snapshotAt: source.snapshot.at.toISOString(),
    format: options.format,
    databaseSettings: findings.description.databaseSettings,
    extensions: findings.description.extensions,
    server: source.facts,
  };
  const readme = await storeReadme(tools, prefix, point, findings.dumped.files);
  const manifest = manifestOf(request, run, { ...findings, readme }, tools.clock.now());
  const key = await storeManifest(manifest, tools);
  return { manifest, manifestKey: key, seconds: secondsBetween(run.startedAt, manifest.finishedAt) };
}

function secondsBetween(start: Date, end: string): number {
  return (Date.parse(end) - start.getTime()) / 1000;
}
