/** What is opened, and where a person is sent instead. */
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { cloudWatchConsole } from '../../lib/contract/console-links';
import { statusKey } from '../../lib/contract/status-pages';
import { backstop } from '../support/backstop-cli';
import { clientOptions } from '../support/emulator';
import { makeInstallation, RUNBOOK, type MadeInstallation } from '../support/made-installation';
import { typed } from '../support/operator-terminal';
import { emulatorEnvironment, sharedServers } from '../support/shared-servers';

const PAGE = '<!doctype html><title>acme</title>';
let acme: MadeInstallation;

beforeAll(async () => {
  Object.assign(process.env, emulatorEnvironment());
  acme = await makeInstallation();
});

async function opened(...args: string[]): Promise<string[]> {
  const targets: string[] = [];
  await typed(['open', ...args, '--installation', acme.name], { opened: targets });
  return targets;
}

test('where there is no status page yet, it is said who writes it and when', async () => {
  await expect(opened()).rejects.toMatchObject({
    kind: 'usage',
    message: `s3://${acme.statusBucketName} has no status page yet.`,
    hint: expect.stringContaining('within the hour') as string,
  });
});

test('the status page is opened from a folder and a file that only its reader can see', async () => {
  const s3 = new S3Client({ ...clientOptions(sharedServers().emulator), forcePathStyle: true });
  await s3.send(new PutObjectCommand({ Bucket: acme.statusBucketName, Key: statusKey('page'), Body: PAGE }));
  s3.destroy();
  const [file = ''] = await opened();
  expect(readFileSync(file, 'utf8')).toBe(PAGE);
  expect(statSync(path.dirname(file)).mode & 0o777).toBe(0o700);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

const CONSOLE = 'https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1';

test('dashboard, alarms and runbook are opened where they are', async () => {
  expect(await opened('dashboard')).toEqual([`${CONSOLE}#dashboards/dashboard/${acme.name}-eu-central-1`]);
  expect(await opened('alarms')).toEqual([`${CONSOLE}#alarmsV2:`]);
  expect(await opened('runbook')).toEqual([RUNBOOK]);
});

test.each([
  ['aws-cn', 'cn-north-1', 'https://cn-north-1.console.amazonaws.cn/cloudwatch/home?region=cn-north-1#x'],
  [
    'aws-us-gov',
    'us-gov-west-1',
    'https://us-gov-west-1.console.amazonaws-us-gov.com/cloudwatch/home?region=us-gov-west-1#x',
  ],
])('the console of %s is its own', (partition, region, url) => {
  expect(cloudWatchConsole({ partition, region }, 'x')).toBe(url);
});

test('--print prints the place and opens nothing, in the very program', async () => {
  const args = ['open', 'dashboard', '--print', '--installation', acme.name];
  expect(await backstop(args, emulatorEnvironment())).toEqual({
    exitCode: 0,
    stdout: `${CONSOLE}#dashboards/dashboard/${acme.name}-eu-central-1\n`,
    stderr: '',
  });
});

test('what is not deployed cannot be opened', async () => {
  await expect(typed(['open', 'alarms', '--installation', 'nobodys'])).rejects.toMatchObject({
    kind: 'usage',
    message: expect.stringContaining('There is no stack nobodys-compute') as string,
  });
});
