/** The story: one step after the other, each of which is what somebody does to backups, or wants of them. */
import { humanBytes } from '../../lib/contract/human';
import { backUpUnderChange, lookAtIt } from './back-up';
import { fillDatabase } from './fill-database';
import { flipOneByte, killADump, putItBack, tryToDelete } from './harm';
import { drillIt, holdIt } from './prove-it';
import type { Report } from './report';
import { restoreAndCompare } from './restore-it';
import { DATABASE, setScene, startServers } from './scene';
import { seeStatus } from './see-status';
import type { Stage } from './stage';

export interface Size {
  /** Of the database, of 2^20 bytes; at least. */
  readonly megabytes: number;
  /** Of PostgreSQL. */
  readonly major: number;
}

export async function rehearse(stage: Stage, report: Report, { megabytes, major }: Size): Promise<void> {
  const servers = await report.step(
    'Start a throw-away PostgreSQL and an AWS emulator',
    () => startServers(stage, major),
    () => `PostgreSQL ${major}; S3, KMS, ECS and CloudFormation answer`,
  );
  const scene = await report.step(
    'Deploy storage, tasks and alarms with the CDK',
    () => setScene(servers, stage, report),
    () => 'three stacks: locked bucket and keys; network, cluster, programs; the task of each database',
  );
  const filled = await report.step(
    'Fill a database with what is awkward',
    () => fillDatabase(scene.cluster, DATABASE, megabytes),
    ({ bytes, tables }) => `${humanBytes(bytes)} in ${tables} tables`,
  );
  const backedUp = await report.step(
    'Run the deployed backup task while a writer changes the database',
    () => backUpUnderChange(scene, stage, filled.url),
    ({ manifest, changes }) => `${manifest.id}; ${changes.toLocaleString('en-US')} rows changed meanwhile`,
  );
  await report.step(
    'List and check',
    () => lookAtIt(scene, backedUp, report),
    () => '1 recovery point, no fault',
  );
  await report.step(
    'Try to delete it',
    () => tryToDelete(scene, backedUp),
    () => 'refused by Object Lock; a delete marker hides nothing',
  );
  await report.step(
    'Run the deployed restore task into a new database',
    () => restoreAndCompare(scene, backedUp, report),
    () => 'equal to what was backed up, though the source moved on',
  );
  await report.step(
    'Kill a dump midway',
    () => killADump(scene, backedUp),
    () => 'exit code 5, and no recovery point of it',
  );
  await report.step(
    'Flip one byte of what is stored',
    () => flipOneByte(scene, backedUp),
    () => 'check finds it (exit code 7); a restore takes the locked original below it, and says so',
  );
  await report.step(
    'Put the original back',
    () => putItBack(scene, backedUp),
    () => 'it was there all the time, locked; the point is whole again',
  );
  const proven = await report.step(
    'Run the deployed drill task',
    () => drillIt(scene, backedUp, report),
    ({ evidence }) => `restored and found equal; proven restorable up to ${evidence.snapshotAt}`,
  );
  await report.step(
    'Run the deployed keeper',
    () => holdIt(scene, backedUp, proven, stage, report),
    (objects) => `what is proven is held: legal hold on ${objects} objects, until a newer point is proven`,
  );
  await report.step(
    'Run the deployed monitor, and read the status',
    () => seeStatus(scene, backedUp, stage, report),
    ({ troubles, page }) => `it names what was done: ${troubles.join(', ')}; look at ${page}`,
  );
}
