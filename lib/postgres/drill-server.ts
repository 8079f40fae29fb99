/** The server of a drill: its interface. A throw-away one, or one that is there already. */
import type { ConnectionTarget } from './connection';

export interface DrillServer {
  readonly kind: 'throw-away' | 'server';
  /** A database of the server that exists, for CREATE DATABASE. */
  readonly maintenance: ConnectionTarget;
  /** For example `17.10`. */
  readonly version: string;
}

export interface DrillServerRequest {
  /** Of the point: a throw-away server has the same. */
  readonly major: number;
  /** Private to us and empty; it is removed by who made it. */
  readonly scratchDirectory: string;
  /** @default - the usual folders of the major */
  readonly postgresBin?: string;
  readonly signal: AbortSignal;
}

/** Where drills restore to: one implementation starts a server, the other one is given it. */
export interface DrillServers {
  /**
   * A server for the time of a task, and nothing of it afterwards, on every path.
   * @throws Failure `no-client` without programs of that major, `restore-failed` where it does not start,
   * `database-unreachable`
   */
  with<T>(request: DrillServerRequest, task: (server: DrillServer) => Promise<T>): Promise<T>;
}
