/** Everything that a rehearsal starts and makes: all of it goes away again, however the rehearsal ends. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

interface Stoppable {
  stop(): Promise<unknown>;
}

export class Stage {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'demo-'));
  private readonly opened: Promise<Stoppable>[] = [];

  constructor() {
    // PostgreSQL's own account has to pass through.
    chmodSync(this.folder, 0o755);
    // What the servers and the deployment leave in the folder for temporary files goes with ours.
    process.env['TMPDIR'] = this.folder;
  }

  /** @param mode @default - nobody else may look into it */
  makeFolder(name: string, mode = 0o700): string {
    const folder = path.join(this.folder, name);
    mkdirSync(folder);
    chmodSync(folder, mode);
    return folder;
  }

  /** Counted from the moment that it begins to start: it may be stopped before it has. */
  use<T extends Stoppable>(starting: T | Promise<T>): Promise<T> {
    const promise = Promise.resolve(starting);
    this.opened.push(promise);
    return promise;
  }

  /**
   * What was started last is stopped first.
   * @param settled ends when nobody writes into the folder any more
   */
  async close(settled: () => Promise<unknown>): Promise<void> {
    for (const opening of this.opened.reverse()) {
      const opened = await opening.catch(() => undefined);
      await opened?.stop().catch(() => undefined);
    }
    await settled();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
