/** Proves the recovery point, and has what is proven held: the deployed drill task, and the deployed keeper after it. */
import assert from 'node:assert/strict';
import path from 'node:path';
import type { Evidence } from '../../lib/contract/evidence';
import { humanSeconds } from '../../lib/contract/human';
import { DRILL_CONTAINER, drillTaskFamily } from '../../lib/contract/names';
import { PREFIXES } from '../../lib/contract/object-keys';
import { believeEvidence } from '../../lib/operations/read-evidence';
import { deployedFunction, invoke } from '../support/deployed-function';
import type { BackedUp } from './back-up';
import type { Report } from './report';
import { DATABASE, INSTALLATION, type Scene } from './scene';
import type { Stage } from './stage';

export interface Proven {
  readonly evidence: Evidence;
  readonly evidenceKey: string;
}

/** What is believed of the drill is what it signed, not what it prints. */
export async function drillIt(scene: Scene, { manifest }: BackedUp, report: Report): Promise<Proven> {
  const { fargate, intruder, evidencePublicKey } = scene;
  const { stdout } = await fargate.run(drillTaskFamily(INSTALLATION, DATABASE), DRILL_CONTAINER, {
    command: ['drill', 'newest'],
  });
  assert.match(stdout, /proven restorable/i);
  const [evidenceKey = '', ...others] = await intruder.keys(PREFIXES.evidence);
  assert.deepEqual(others, [], 'One drill leaves one evidence.');
  const [versionId = ''] = await intruder.versionIds(evidenceKey);
  const trust = { keys: [evidencePublicKey], allowUnsigned: false };
  const evidence = believeEvidence(await intruder.read(evidenceKey, versionId), trust, evidenceKey);
  assert.equal(evidence.outcome, 'proven');
  assert.equal(evidence.point, manifest.id);
  assert.equal(evidence.differenceCount, 0);
  report.say(`evidence    ${evidenceKey}, signed by the key of drills`);
  report.say(`compared    ${evidence.compared?.rows.toLocaleString('en-US') ?? 'no'} rows, every value`);
  const phases = Object.entries(evidence.phaseSeconds)
    .filter(([, seconds]) => seconds > 0)
    .map(([phase, seconds]) => `${phase} ${humanSeconds(seconds)}`);
  report.figure('Drill', `${humanSeconds(evidence.restoreSeconds)} to restore; ${phases.join(', ')}`);
  return { evidence, evidenceKey };
}

/** EventBridge calls the keeper for each new manifest and evidence; the emulator's does not. */
export async function holdIt(
  { emulator, intruder, storage }: Scene,
  { manifest, manifestKey }: BackedUp,
  { evidenceKey }: Proven,
  stage: Stage,
  report: Report,
): Promise<number> {
  const folder = path.join(stage.folder, 'keeper');
  const keeper = await deployedFunction(emulator.endpoint, 'Keeper', folder);
  report.say(`function    ${keeper.name}`);
  report.say(`role        ${keeper.roleArn}`);
  for (const key of [manifestKey, evidenceKey])
    report.output(await invoke(keeper, objectCreated(storage.bucketName, key)));
  const kept = [...manifest.files.map(({ key }) => key), manifestKey, evidenceKey];
  for (const key of kept) {
    const [versionId = ''] = await intruder.versionIds(key);
    assert.equal(await intruder.legalHold(key, versionId), 'ON', `${key} is not held.`);
  }
  return kept.length;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html */
function objectCreated(name: string, key: string): object {
  return { 'detail-type': 'Object Created', source: 'aws.s3', detail: { bucket: { name }, object: { key } } };
}
