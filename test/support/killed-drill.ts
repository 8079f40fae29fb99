/** Starts a throw-away server, prints where it runs, and waits: for a test that kills this process. */
import { throwAwayServers } from '../../lib/postgres/throw-away-server';

const [major = '', scratchRoot = ''] = process.argv.slice(2);

void throwAwayServers.with(
  {
    major: Number(major),
    extensions: [],
    database: 'drilled',
    scratchRoot,
    signal: new AbortController().signal,
  },
  async ({ maintenance }) => {
    process.stdout.write(JSON.stringify(maintenance));
    await new Promise((resolve) => setTimeout(resolve, 600_000));
  },
);
