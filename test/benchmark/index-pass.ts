/** A full pass's work on the index of one database, in a process of its own: tells what it took. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { PointIndex } from '../../lib/contract/point-index';
import { pointGauges } from '../../lib/operations/monitor/point-gauges';
import { chainGaps } from '../../lib/operations/point-index/chain-gaps';
import { dueLooks } from '../../lib/operations/point-index/due-looks';
import { knownPoints } from '../../lib/operations/point-index/known-points';
import { loadIndex, saveIndex } from '../../lib/operations/point-index/saved-index';
import { storageOf } from '../../lib/operations/point-index/storage';
import { updatedIndex } from '../../lib/operations/point-index/update-index';
import { DirectoryDocuments } from '../../lib/runtime/directory-documents';
import { DirectoryStore } from '../../lib/runtime/directory-store';

const DATABASE = 'shop';

async function main(home: string, now: Date): Promise<void> {
  const began = process.cpuUsage();
  const trusted = (name: string) => ({
    keys: [readFileSync(path.join(home, `${name}.pub.pem`), 'utf8')],
    allowUnsigned: false,
  });
  const documents = new DirectoryDocuments(path.join(home, 'status'));
  const sources = {
    store: new DirectoryStore(path.join(home, 'store')),
    ...{ trust: trusted('manifests'), evidenceTrust: trusted('evidence') },
    keep: (soFar: PointIndex) => saveIndex(documents, soFar),
  };
  const index = await updatedIndex(DATABASE, sources, await loadIndex(documents, DATABASE), now);
  const { points = 0 } = pointGauges(knownPoints(index, now), now);
  chainGaps(index, now);
  storageOf(index, now);
  dueLooks(index.points, now);
  await saveIndex(documents, index);
  const { user, system } = process.cpuUsage(began);
  const mebibytes = process.resourceUsage().maxRSS / 1024;
  const seconds = (user + system) / 1_000_000;
  process.stdout.write(`${points} valid, ${seconds.toFixed(1)} s of CPU, peak ${mebibytes.toFixed(0)} MiB\n`);
}

const [, , home = '', now = ''] = process.argv;
main(home, new Date(now)).catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
});
