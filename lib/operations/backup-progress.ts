/** What a backup tells while it works, and what it keeps for the manifest. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../contract/failure';
import type { DumpEvents } from '../postgres/dump/dump-request';
import { connect } from '../postgres/connection';
import { waitersFor } from '../postgres/lock-waiters';
import type { Source } from '../postgres/source';
import type { Reporter } from '../runtime/reporter';
import type { BackupRequest } from './backup-request';

const LOOK_FOR_WAITERS_MS = 5_000;

export class BackupProgress implements DumpEvents {
  /** For the manifest: what a person should read. */
  readonly warnings: string[] = [];
  private tables = 0;
  private storedBytes = 0;
  private writtenBytes = 0;

  constructor(
    private readonly reporter: Reporter,
    private readonly source: Source,
  ) {}

  tableDone(): void {
    this.tables++;
    this.report();
  }

  stored(bytes: number): void {
    this.storedBytes += bytes;
    this.report();
  }

  written(bytes: number): void {
    this.writtenBytes = bytes;
    this.report();
  }

  warning(line: string): void {
    this.warnings.push(line);
    this.reporter.warn(line);
  }

  /**
   * Sees who waits for our locks, until `ended` is raised.
   * @throws Failure `stopped` where somebody has waited longer than the request allows
   */
  async watchWaiters(request: BackupRequest, applicationName: string, ended: AbortSignal): Promise<void> {
    const client = await connect(request.target, `${applicationName} watch`);
    const told = new Set<number>();
    try {
      await client.query("SET search_path = ''");
      while (await pause(ended)) {
        for (const waiter of await waitersFor(client, applicationName)) {
          const { pid, user, application, statement, waitingSeconds } = waiter;
          const text = `pid ${pid} (${user}, ${application}) waits for this backup's locks: ${statement}`;
          if (!told.has(pid)) this.warning(text);
          told.add(pid);
          if (waitingSeconds > (request.abortWhenBlockingSeconds ?? Infinity)) {
            throw new Failure('stopped', `${text}, for ${Math.round(waitingSeconds)} s.`, {
              hint: 'The backup gave way, as --abort-when-blocking-seconds asks. Run it again.',
            });
          }
        }
      }
    } finally {
      await client.end();
    }
  }

  private report(): void {
    const bytes = Math.max(this.storedBytes, this.writtenBytes);
    const total = this.source.dumped.length;
    this.reporter.progress({ phase: 'dump', done: this.tables, total, unit: 'tables', bytes });
  }
}

/** False when there is nothing left to watch. */
async function pause(ended: AbortSignal): Promise<boolean> {
  await sleep(LOOK_FOR_WAITERS_MS, undefined, { signal: ended }).catch(() => undefined);
  return !ended.aborted;
}
