import { bundleCli } from './bundled-cli';
import { startEmulator } from './emulator';
import { installedMajors, WANTED_MAJORS } from './find-postgres';
import { startCluster } from './postgres-cluster';
import { publishSharedServers } from './shared-servers';
import { useTemporaryFolder } from './temporary-files';

/** Starts the servers once per jest run, and makes what all test files use; global-teardown ends all of it. */
export default async function globalSetup(): Promise<void> {
  const removeTemporaryFiles = useTemporaryFolder();
  const majors = majorsToStart();
  const [removeCli, emulator, ...clusters] = await Promise.all([
    bundleCli(),
    startEmulator(),
    ...majors.map((major) => startCluster(major)),
  ]);
  publishSharedServers({
    emulator: emulator.endpoint,
    postgres: Object.fromEntries(clusters.map((cluster) => [cluster.major, cluster.url()])),
  });
  globalThis.stopSharedServers = async () => {
    await Promise.all([emulator.stop(), ...clusters.map((cluster) => cluster.stop())]);
    removeCli();
    removeTemporaryFiles();
  };
}

function majorsToStart(): number[] {
  const majors = installedMajors();
  const missing = WANTED_MAJORS.filter((major) => !majors.includes(major));
  if (missing.length === 0) return majors;
  const text = `PostgreSQL ${missing.join(' and ')} is not here. Run: node bin/setup`;
  if (majors.length === 0 || process.env['CI'] === 'true') throw new Error(text);
  process.stderr.write(`\nWARNING: nothing is tested with what is missing. ${text}\n\n`);
  return majors;
}

declare global {
  // jest hands the same global object to setup and teardown.
  var stopSharedServers: (() => Promise<void>) | undefined;
}
