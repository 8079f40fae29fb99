/** Puts a manifest together from what a run found. Pure. */
import { MANIFEST_VERSION, manifestSchema, type Manifest, type StoredFile } from '../contract/manifest';
import { expiresAt, newestWith } from '../contract/retention';
import { TOOL_VERSION } from '../contract/tool-version';
import type { Dumped } from '../postgres/dump/dump-request';
import type { SourceDescription } from './backup-description';
import type { BackupRequest } from './backup-request';
import type { Run } from './backup-run';

export interface Findings {
  readonly dumped: Dumped;
  readonly description: SourceDescription;
  readonly readme: StoredFile;
  readonly warnings: readonly string[];
}

export function manifestOf(request: BackupRequest, run: Run, findings: Findings, finishedAt: Date): Manifest {
  const { dumped, description, readme, warnings } = findings;
  const files = [readme, description.globals, ...dumped.files].filter((file) => file !== undefined);
  const expiry = expiresAt(run.startedAt, run.retentionClass, request.keep).toISOString();
  // The schema is the promise: a manifest that breaks it must not be written.
  return manifestSchema.parse({
    type: request.tables.length > 0 ? 'export' : 'recovery-point',
    version: MANIFEST_VERSION,
    kind: 'postgres',
    ...origin(request, run),
    finishedAt: finishedAt.toISOString(),
    class: run.retentionClass,
    newestByClass: newestWith(run.previous.newestByClass, run.retentionClass, run.startedAt),
    retainUntil: expiry,
    expiresAt: expiry,
    ...howDumped(run),
    extensions: description.extensions,
    databaseSettings: description.databaseSettings,
    storedBytes: files.reduce((sum, file) => sum + file.bytes, 0),
    files,
    inventory: description.inventory,
    catalog: description.catalog,
    warnings,
    imageDigest: request.imageDigest ?? null,
    previousManifestSha256: run.previous.manifestSha256,
    toolVersion: TOOL_VERSION,
  } satisfies Record<keyof Manifest, unknown>);
}

function origin(request: BackupRequest, run: Run) {
  const { facts, snapshot } = run.source;
  return {
    id: run.id,
    database: request.database,
    sourceDatabase: request.target.database,
    startedAt: run.startedAt.toISOString(),
    snapshotAt: snapshot.at.toISOString(),
    reason: request.reason,
    requestedBy: request.requestedBy,
    server: {
      version: facts.version,
      major: facts.major,
      systemIdentifier: facts.systemIdentifier,
      role: facts.role,
      replicaLagSeconds: facts.replicaLagSeconds,
    },
    lsn: facts.lsn,
    databaseBytes: facts.databaseBytes,
  };
}

function howDumped(run: Run) {
  const { format, jobs, compression, excludeTableData, tables } = run.options;
  return {
    format,
    jobs: format === 'directory' ? jobs : 1,
    compression,
    excludedTableData: [...excludeTableData],
    tables: [...tables],
    clientVersion: run.toolchain.version,
  };
}
