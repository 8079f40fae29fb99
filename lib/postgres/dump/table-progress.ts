/** Progress of a dump that comes as one stream: pg_dump says when it begins a table, not when it ends one. */
import type { DumpEvents } from './dump-request';

export interface TableProgress {
  readonly onMessage: (message: string) => void;
  /** @param bytes stored so far */
  readonly onBytes: (bytes: number) => void;
  readonly end: () => void;
}

export function tableProgress(events: DumpEvents): TableProgress {
  let begun = false;
  let reported = 0;
  return {
    onMessage: (message) => {
      if (!message.startsWith('dumping contents of table')) return;
      if (begun) events.tableDone();
      begun = true;
    },
    onBytes: (bytes) => {
      events.stored(bytes - reported);
      reported = bytes;
    },
    end: () => {
      if (begun) events.tableDone();
    },
  };
}
