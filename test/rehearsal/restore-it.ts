/** Restores the recovery point and lets two who do not know each other judge the result. */
import assert from 'node:assert/strict';
import { humanSeconds } from '../../lib/contract/human';
import type { BackedUp } from './back-up';
import { auditLedger } from './ledger';
import type { Report } from './report';
import { DATABASE, type Scene } from './scene';

const RESTORED = `${DATABASE}_restored`;

/** Backstop compares with what it recorded; the ledger's own rules know nothing of Backstop. */
export async function restoreAndCompare(
  { operator, server, cluster }: Scene,
  { transfers }: BackedUp,
  report: Report,
): Promise<void> {
  const { stdout, seconds } = await operator.backstop([
    ...['restore', 'newest', '--to', server, '--target-database', RESTORED],
    '--owners',
  ]);
  assert.match(stdout, /content row by row/);
  assert.match(stdout, /It is what was backed up: no difference\./);
  const restored = await auditLedger(cluster.url(RESTORED));
  report.say(`Its ledger balances with ${restored} transfers; the source has moved on to ${transfers}.`);
  assert.ok(restored > 0 && restored < transfers, 'The source has not moved on.');
  const phases = /^ {2}took +.*?: (.*)$/m.exec(stdout)?.[1];
  assert.ok(phases !== undefined, 'The phases of the restore are not told.');
  report.figure('Restore', `${humanSeconds(seconds)}: ${phases}`);
}
