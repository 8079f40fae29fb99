/** Deploys the storage stack into the AWS emulator with the real CDK CLI, as an operator does into an account. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { emulatorEnvironment } from './shared-servers';
import { run } from './spawn';

const ROOT = path.resolve(__dirname, '../..');
const CDK = path.join(ROOT, 'node_modules/aws-cdk/bin/cdk');
/** The emulator's only account. */
const ENVIRONMENT = 'aws://123456789012/eu-central-1';

const outputsSchema = z.object({
  PostgresBucketName: z.string(),
  StatusBucketName: z.string(),
  AccessLogBucketName: z.string(),
  BackupKeyArn: z.string(),
  ManifestSigningKeyArn: z.string(),
  EvidenceSigningKeyArn: z.string(),
});

export interface DeployedStorage {
  readonly bucketName: string;
  readonly statusBucketName: string;
  readonly accessLogBucketName: string;
  readonly backupKeyArn: string;
  readonly signingKeyArn: string;
  readonly evidenceSigningKeyArn: string;
}

/**
 * Bootstraps the account and deploys; about 10 seconds. Once per emulator: moto cannot update a stack.
 * @param endpoint of the emulator, for example `http://127.0.0.1:5000`
 * @param settingsPath as for `-c settings=…`
 */
export async function deployStorage(endpoint: string, settingsPath: string): Promise<DeployedStorage> {
  const folder = await mkdtemp(path.join(tmpdir(), 'backstop-deploy-'));
  try {
    const cdk = (cwd: string, ...args: string[]) =>
      run(process.execPath, [CDK, ...args, '--no-notices', '--output', path.join(folder, 'cdk.out')], {
        cwd,
        env: environment(endpoint, folder),
      });
    // Outside of the project there is no app that a bootstrap would synthesize first.
    await cdk(folder, 'bootstrap', ENVIRONMENT);
    const outputsFile = path.join(folder, 'outputs.json');
    const settings = ['-c', `settings=${path.resolve(settingsPath)}`];
    // moto forgets a stack's outputs when a change set made it: hence the direct method.
    const method = ['--method', 'direct', '--require-approval', 'never', '--outputs-file', outputsFile];
    await cdk(ROOT, 'deploy', '*-storage', ...settings, ...method);
    return namesIn(await readFile(outputsFile, 'utf8'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Nothing of the machine's own AWS configuration can reach the deployment, and so no real account. */
function environment(endpoint: string, home: string): NodeJS.ProcessEnv {
  return {
    PATH: [path.join(ROOT, 'node_modules/.bin'), path.dirname(process.execPath), process.env['PATH']].join(
      ':',
    ),
    HOME: home,
    CDK_DISABLE_CLI_TELEMETRY: '1',
    AWS_EC2_METADATA_DISABLED: 'true',
    // moto finds the template's bucket in the path of its address only where the host is localhost.
    ...emulatorEnvironment(endpoint.replace('127.0.0.1', 'localhost')),
  };
}

function namesIn(outputsText: string): DeployedStorage {
  const [outputs] = Object.values(z.record(z.string(), outputsSchema).parse(JSON.parse(outputsText)));
  if (outputs === undefined) throw new Error('The deployment told no outputs.');
  return {
    bucketName: outputs.PostgresBucketName,
    statusBucketName: outputs.StatusBucketName,
    accessLogBucketName: outputs.AccessLogBucketName,
    backupKeyArn: outputs.BackupKeyArn,
    signingKeyArn: outputs.ManifestSigningKeyArn,
    evidenceSigningKeyArn: outputs.EvidenceSigningKeyArn,
  };
}
