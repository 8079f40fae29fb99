/** The second part of `npm run image`: a recovery point is proven by the image of drills, and a drill is stopped midway. */
import assert from 'node:assert/strict';
import { auditPrefix } from '../../lib/contract/audit-event';
import { ENVIRONMENT } from '../../lib/contract/environment';
import { evidencePrefix, type Evidence } from '../../lib/contract/evidence';
import { EXIT_CODES } from '../../lib/contract/failure';
import { readEvidence } from '../../lib/operations/read-evidence';
import { openSigner, openTrust } from '../../lib/runtime/open-signer';
import { openStore } from '../../lib/runtime/open-store';
import type { Report } from '../rehearsal/report';
import type { Stage } from '../rehearsal/stage';
import { query } from '../support/postgres-cluster';
import { BULK, DATABASE, keysBelow, setUpStore, succeeded, tasksImage } from './image-stage';
import { drillImage, LOCALE, NOTHING_LEFT, startLocalizedServer, stopDrillWhileLoading } from './drill-image';
import { startTask } from './task';

export async function rehearseDrill(stage: Stage, report: Report, major: number): Promise<void> {
  const { store, evidenceSigner, environment } = await setUpStore();
  await report.step(
    `A server of the image's own programs, with ${LOCALE}, is backed up`,
    async () => {
      const server = await stage.use(startLocalizedServer(major));
      await query(server.url('postgres'), `CREATE DATABASE ${DATABASE}`);
      await query(server.url(DATABASE), BULK);
      const from = { [ENVIRONMENT.from]: server.url(DATABASE).replace(/:[^:@]+@/, '@') };
      return succeeded(await startTask(tasksImage(major), ['backup'], { ...environment, ...from }).ended);
    },
    ({ seconds }) => `in ${seconds.toFixed(1)} s`,
  );
  await report.step(
    'A drill proves it on a server that it makes itself',
    async () => {
      const { seconds } = succeeded(
        await startTask(drillImage(major), ['drill', 'newest'], environment).ended,
      );
      return { seconds, evidence: await onlyEvidence(store, evidenceSigner) };
    },
    ({ seconds, evidence }) =>
      `${evidence.outcome}: ${evidence.compared?.rows ?? 0} rows, restored in ${evidence.restoreSeconds.toFixed(1)} s of ${seconds.toFixed(1)} s`,
  );
  await report.step(
    'A drill that is stopped while it loads says so, and leaves neither server nor files',
    async () => {
      const history = await keysBelow(store, auditPrefix('drill', DATABASE));
      const { exitCode, output } = await stopDrillWhileLoading(major, environment);
      assert.equal(exitCode, EXIT_CODES.stopped, output);
      assert.equal(output.trimEnd().split('\n').at(-1)?.trimEnd(), NOTHING_LEFT.trimEnd(), output);
      assert.equal((await keysBelow(store, auditPrefix('drill', DATABASE))).length, history.length + 2);
      return exitCode;
    },
    (exitCode) => `exit code ${exitCode}, and the audit has its end`,
  );
}

/** Believed with the key of evidence alone. */
async function onlyEvidence(url: string, evidenceSigner: string): Promise<Evidence> {
  const keys = await keysBelow(url, evidencePrefix(DATABASE));
  assert.equal(keys.length, 1);
  const store = openStore(url);
  try {
    const trusted = await openTrust(await openSigner(evidenceSigner));
    const evidence = await readEvidence(store, { keys: trusted, allowUnsigned: false }, keys[0] ?? '');
    assert.equal(evidence.outcome, 'proven');
    assert.equal(evidence.target, 'throw-away');
    return evidence;
  } finally {
    await store.close();
  }
}
