import { startEmulator } from './emulator';
import { serverBinDirectory, startCluster } from './postgres-cluster';
import { publishSharedServers } from './shared-servers';

/** Starts the servers once per jest run; global-teardown stops them. */
export default async function globalSetup(): Promise<void> {
  const majors = [15, 17].filter((major) => serverBinDirectory(major) !== undefined);
  const [emulator, ...clusters] = await Promise.all([
    startEmulator(),
    ...majors.map((major) => startCluster(major)),
  ]);
  publishSharedServers({
    emulator: emulator.endpoint,
    postgres: Object.fromEntries(clusters.map((cluster) => [cluster.major, cluster.url()])),
  });
  globalThis.stopSharedServers = async () => {
    await Promise.all([emulator.stop(), ...clusters.map((cluster) => cluster.stop())]);
  };
}

declare global {
  // jest hands the same global object to setup and teardown.
  var stopSharedServers: (() => Promise<void>) | undefined;
}
