/**
 * What people look at afterwards: the deployed monitor looks at everything and writes the page, the operator reads it. It
 * names what was done on purpose: a dump that was killed, and an object that somebody wrote over.
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { STATUS_FILES } from '../../lib/contract/status-pages';
import { statusSchema } from '../../lib/contract/status';
import { deployedFunction, invoke } from '../support/deployed-function';
import type { BackedUp } from './back-up';
import type { Report } from './report';
import { DATABASE, INSTALLATION, type Scene } from './scene';
import type { Stage } from './stage';

/** It stays, so that it can be looked at. */
const FOLDER = path.resolve(__dirname, '../../.scratch/demo-status');

/** By the runbook's headings, the most severe first. What was written over proves nothing any more. */
const TROUBLES = ['BackupFailed', 'StoredDataFaulty', 'DrillMissing'];

/** @returns which alarms it speaks of, and where the page is */
export async function seeStatus(
  { emulator, operator }: Scene,
  { manifest }: BackedUp,
  stage: Stage,
  report: Report,
): Promise<{ readonly troubles: readonly string[]; readonly page: string }> {
  const monitor = await deployedFunction(emulator.endpoint, 'Monitor', path.join(stage.folder, 'monitor'));
  report.say(`function    ${monitor.name}`);
  await invoke(monitor, { pass: 'full' });
  const asked = ['status', '--installation', INSTALLATION];
  await operator.backstop([...asked, '--write', FOLDER]);
  const { stdout } = await operator.quietly([...asked, '--json']);
  const status = statusSchema.parse(JSON.parse(stdout));
  const shop = status.databases.find(({ name }) => name === DATABASE);
  assert.equal(shop?.newest?.point, manifest.id);
  assert.deepEqual(
    shop.problems.map(({ alarm }) => alarm),
    TROUBLES,
  );
  const page = path.join(FOLDER, STATUS_FILES.page);
  assert.ok(existsSync(page), `${page} was not written.`);
  return { troubles: TROUBLES, page };
}
