/** Restores the recovery point and lets two who do not know each other judge the result. */
import assert from 'node:assert/strict';
import { z } from 'zod';
import { humanSeconds } from '../../lib/contract/human';
import { RESTORE_CONTAINER, restoreTaskFamily } from '../../lib/contract/names';
import type { BackedUp } from './back-up';
import type { Overrides } from './fargate';
import { auditLedger } from './ledger';
import type { Report } from './report';
import { DATABASE, INSTALLATION, nameRestoreTarget, type Scene } from './scene';

const RESTORED = `${DATABASE}_restored`;

const overridesSchema = z.object({
  containerOverrides: z.tuple([
    z.object({
      name: z.literal(RESTORE_CONTAINER),
      command: z.array(z.string()),
      environment: z.array(z.object({ name: z.string(), value: z.string() })),
    }),
  ]),
});

/** Backstop compares with what it recorded; the ledger's own rules know nothing of Backstop. */
export async function restoreAndCompare(
  scene: Scene,
  { transfers }: BackedUp,
  report: Report,
): Promise<void> {
  const { fargate, cluster } = scene;
  await nameRestoreTarget(scene, report);
  const family = restoreTaskFamily(INSTALLATION, cluster.major);
  const { stdout, seconds } = await fargate.run(family, RESTORE_CONTAINER, overridesOf(scene));
  assert.match(stdout, /content row by row/);
  assert.match(stdout, /It is what was backed up: no difference\./);
  const restored = await auditLedger(cluster.url(RESTORED));
  report.say(`Its ledger balances with ${restored} transfers; the source has moved on to ${transfers}.`);
  assert.ok(restored > 0 && restored < transfers, 'The source has not moved on.');
  const phases = /^ {2}took +.*?: (.*)$/m.exec(stdout)?.[1];
  assert.ok(phases !== undefined, 'The phases of the restore are not told.');
  report.figure('Restore', `${humanSeconds(seconds)}: ${phases}`);
}

/** Those of the command that the deployment printed, with the names filled in and owners asked for. */
function overridesOf({ restoreCommand }: Scene): Overrides {
  const filledIn = restoreCommand.replace('NEW_DATABASE', RESTORED).replace('"DATABASE"', `"${DATABASE}"`);
  const text = /--overrides '(.*)'/.exec(filledIn)?.[1] ?? '';
  const [{ command, environment }] = overridesSchema.parse(JSON.parse(text)).containerOverrides;
  return { command: [...command, '--owners'], environment };
}
