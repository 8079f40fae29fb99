/** Settles the restore of an archive: its bytes, what they hold, into where, with which programs; and whether it may begin. */
import type { Client } from 'pg';
import {
  unhindered,
  readTargetServer,
  withMaintenance,
  type TargetServer,
} from '../../postgres/target-server';
import type { ConnectionTarget } from '../../postgres/connection';
import type { FetchedDump } from '../../postgres/fetched-dump';
import type { PlainSurvey } from '../../postgres/plain/survey-plain';
import { surveyDump, type SurveyOptions } from '../../postgres/survey-dump';
import { toolchainFor, type Toolchain } from '../../postgres/toolchain';
import { PhaseTimer } from '../phase-timer';
import { admitTarget } from '../restore-gate';
import { admitArchive, demandNamedRoles, demandRestrictedMode, encodingFor } from './archive-gate';
import {
  ARCHIVE_PHASES,
  nameOf,
  type ArchiveFacts,
  type ArchivePhase,
  type RestoreArchiveRequest,
  type RestoreArchiveTools,
} from './archive-request';
import { fetchArchive, type LocalArchive } from './fetch-archive';
import { openArchive, type OpenArchive } from './open-archive';

export interface ArchivePlan {
  readonly request: RestoreArchiveRequest;
  readonly tools: RestoreArchiveTools;
  readonly archive: ArchiveFacts;
  readonly dump: FetchedDump;
  readonly encoding: string;
  readonly server: TargetServer;
  readonly toolchain: Toolchain;
  readonly target: ConnectionTarget;
  /** False where an empty database is there already. */
  readonly create: boolean;
  readonly createsDatabases: boolean;
  readonly warn: (text: string) => void;
  readonly warnings: readonly string[];
  readonly timer: PhaseTimer<ArchivePhase>;
}

/** The server is asked first: what it refuses should not take the time of a download. */
export async function planArchive(
  request: RestoreArchiveRequest,
  tools: RestoreArchiveTools,
  directory: string,
): Promise<ArchivePlan> {
  const { maintenance, owners, allow } = request;
  const timer = new PhaseTimer(ARCHIVE_PHASES, tools.clock);
  const warnings: string[] = [];
  const warn = (text: string) => {
    warnings.push(text);
    tools.reporter.warn(text);
  };
  const target = unhindered({ ...maintenance, database: request.targetDatabase });
  const server = await withMaintenance(maintenance, async (client) => {
    await admitTarget(client, target, {});
    return readTargetServer(client);
  });
  const toolchain = await toolchainFor(server.major, request.postgresBin);
  const local = await timer.run('fetch', () => fetchLocal(request, tools, directory));
  if (local.provenBy === undefined) warn(NOBODY_VOUCHES);
  const { opened, survey } = await timer.run('read', () =>
    read(local, { directory, toolchain, owners, signal: tools.signal }),
  );
  const { dump } = opened;
  const asked = { survey, plain: dump.format === 'plain', owners, allow, targetMajor: server.major };
  admitArchive(asked).forEach(warn);
  const settled = await withMaintenance(maintenance, (client) => settleTarget(client, target, survey));
  const archive = factsOf(request, local, opened, survey);
  const createsDatabases = survey.otherDatabases.length > 0;
  const found = { archive, dump, server, toolchain, target, createsDatabases };
  return { request, tools, ...found, ...settled, warn, warnings, timer };
}

async function read(
  local: LocalArchive,
  { directory, ...options }: SurveyOptions & { readonly directory: string },
): Promise<{ readonly opened: OpenArchive; readonly survey: PlainSurvey }> {
  const opened = await openArchive(local, directory, options.signal);
  demandRestrictedMode(opened.dump.format === 'plain', options.toolchain);
  return { opened, survey: await surveyDump(opened.dump, options) };
}

/** @throws Failure `restore-refused` */
async function settleTarget(
  client: Client,
  target: ConnectionTarget,
  survey: PlainSurvey,
): Promise<Pick<ArchivePlan, 'encoding' | 'create'>> {
  await demandNamedRoles(client, survey);
  const encoding = await encodingFor(client, survey);
  return { encoding, create: await admitTarget(client, target, { databaseSettings: { encoding } }) };
}

const NOBODY_VOUCHES =
  'Nothing proves the bytes of the archive: there is no checksum of it. Give --sha256 FILE, or put ARCHIVE.sha256 beside it.';

function fetchLocal(
  { archive, sha256File }: RestoreArchiveRequest,
  { reporter, signal }: RestoreArchiveTools,
  directory: string,
): Promise<LocalArchive> {
  const onBytes = (done: number, total: number) => {
    reporter.progress({ phase: 'fetch', done, total, unit: 'bytes', bytes: done });
  };
  return fetchArchive(archive, { directory, sha256File, signal, onBytes });
}

function factsOf(
  { archive }: RestoreArchiveRequest,
  { bytes, sha256, provenBy }: LocalArchive,
  { format }: OpenArchive,
  { serverVersion, pgDumpVersion }: PlainSurvey,
): ArchiveFacts {
  return { name: nameOf(archive), format, bytes, sha256, provenBy, serverVersion, pgDumpVersion };
}
