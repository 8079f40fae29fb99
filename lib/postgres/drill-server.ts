/** The server of a drill: its interface. A throw-away one, or one that is there already. */
import type { ConnectionTarget } from './connection';

export interface DrillServer {
  readonly kind: 'throw-away' | 'server';
  /** A database of the server that exists, for CREATE DATABASE. */
  readonly maintenance: ConnectionTarget;
  /** For example `17.10`. */
  readonly version: string;
  readonly major: number;
  /** Whether owners and privileges can be brought back, and extensions that are not trusted. */
  readonly superuser: boolean;
}

export interface DrillServerRequest {
  /** Of the point: a throw-away server has the same. */
  readonly major: number;
  /** Names of those that the database has: some want to be loaded when the server starts. */
  readonly extensions: readonly string[];
  /** Name of the database that the task will make: some extensions work in one database alone. */
  readonly database: string;
  /** A folder with room for the database; the server's own is made in it, and removed. */
  readonly scratchRoot: string;
  /** @default - the usual folders of the major */
  readonly postgresBin?: string;
  /** Ends a throw-away server at once, and with it whatever the task waits for. */
  readonly signal: AbortSignal;
}

/** Where drills restore to: one implementation starts a server, the other one is given it. */
export interface DrillServers {
  /** Of each server that it answers with: known although none can be reached. */
  readonly kind: DrillServer['kind'];
  /**
   * A server for the time of a task, and nothing of it afterwards, on every path.
   * @throws Failure `no-client` without programs of that major, `restore-failed` where it does not start or ends before
   *   the task, `restore-refused` for a given one that is older, `already-running` for one at work, `database-unreachable`;
   *   the signal's reason
   */
  with<T>(request: DrillServerRequest, task: (server: DrillServer) => Promise<T>): Promise<T>;
}
