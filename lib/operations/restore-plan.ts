/** Settles a restore: what, into where, with which programs; and whether it may begin. */
import type { Client } from 'pg';
import { humanSeconds } from '../contract/human';
import type { Manifest } from '../contract/manifest';
import { describeTarget, type ConnectionTarget } from '../postgres/connection';
import type { RoleStatement } from '../postgres/globals-script';
import { admitVersion, readTargetServer, unhindered, type TargetServer } from '../postgres/target-server';
import { toolchainFor, type Toolchain } from '../postgres/toolchain';
import type { ChosenPoint } from './choose-point';
import type { OlderVersions } from './older-versions';
import type { PhaseTimer } from './phase-timer';
import { admitTarget, demandRoles } from './restore-gate';
import { readGlobals, rolesToMake } from './restore-globals';
import type { LoadingPhase, LoadingRequest, LoadingTools } from './restore-request';

/** What is settled before anything is fetched or changed. */
export interface RestorePlan {
  readonly request: LoadingRequest;
  readonly tools: LoadingTools;
  readonly manifest: Manifest;
  readonly server: TargetServer;
  readonly toolchain: Toolchain;
  readonly target: ConnectionTarget;
  /** False where an empty database is there already. */
  readonly create: boolean;
  /** Whether owners and privileges are brought back. */
  readonly owners: boolean;
  /** Statements that make roles which the server lacks. */
  readonly roles: readonly RoleStatement[];
  readonly warn: (text: string) => void;
  readonly warnings: readonly string[];
  readonly timer: Phases;
}

/** Also a timer of more phases than a restore has. */
type Phases = Pick<PhaseTimer<LoadingPhase>, 'run'>;

/** @throws Failure `restore-refused`, `no-client`, `database-unreachable` */
export async function planRestore(
  request: LoadingRequest,
  tools: LoadingTools,
  { manifest, expired, passedOver, writtenOver = [] }: ChosenPoint,
  maintenance: Client,
  timer: Phases,
): Promise<RestorePlan> {
  const warnings: string[] = [];
  const warn = (text: string) => {
    warnings.push(text);
    tools.reporter.warn(text);
  };
  const server = await readTargetServer(maintenance);
  const target = unhindered({ ...request.maintenance, database: request.targetDatabase });
  const versionWarning = admitVersion(manifest.server.major, server.major);
  const toolchain = await toolchainFor(server.major, request.postgresBin);
  const owners =
    request.owners === 'if-possible' ? server.superuser && manifest.format !== 'plain' : request.owners;
  const globals =
    request.globals === true ? await readGlobals(manifest, tools, olderVersions({ tools, warn })) : [];
  const { missing, roles } = await rolesToMake(maintenance, globals);
  await demandRoles(maintenance, manifest, owners, missing);
  const create = await admitTarget(maintenance, target, manifest);
  const expiry = expired ? [`The recovery point expired at ${manifest.expiresAt}.`] : [];
  const newer = passedOver.map((text) => `A newer recovery point is faulty and was passed over: ${text}`);
  for (const text of [
    ...newer,
    ...writtenOver,
    ...expiry,
    ...(versionWarning === undefined ? [] : [versionWarning]),
  ])
    warn(text);
  return {
    request,
    tools,
    manifest,
    server,
    toolchain,
    target,
    create,
    owners,
    roles,
    warn,
    warnings,
    timer,
  };
}

/** Where objects of the point that were written over are looked for. */
export function olderVersions({
  tools,
  warn,
}: Pick<RestorePlan, 'tools' | 'warn'>): OlderVersions | undefined {
  return tools.versions && { versions: tools.versions, warn };
}

/** What is about to happen: told before the first byte moves. */
export function announce(
  { manifest, target, create, server, tools, toolchain }: RestorePlan,
  now: Date,
): void {
  const { id, database, sourceDatabase, snapshotAt, storedBytes, format } = manifest;
  const age = humanSeconds(Math.max(0, (now.getTime() - Date.parse(snapshotAt)) / 1000));
  tools.reporter.info(
    `Restoring ${database} ${id}, as of ${snapshotAt} (${age} old), into ${create ? 'the new' : 'the empty'} database ${describeTarget(target)}`,
    { of: sourceDatabase, server: server.version, client: toolchain.version, format, storedBytes },
  );
}
