/** Deploys stacks into the AWS emulator with the real CDK CLI, as an operator does into an account. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { cdk } from './cdk-cli';
import { emulatorEnvironment } from './shared-servers';

/** The emulator's only account. */
const ENVIRONMENT = 'aws://123456789012/eu-central-1';

/** By the names of stack and output. */
export type Outputs = Readonly<Record<string, Readonly<Record<string, string>>>>;
const outputsSchema = z.record(z.string(), z.record(z.string(), z.string()));

const storageSchema = z.object({
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

/** Once per emulator, before the first deployment. */
export async function bootstrap(endpoint: string): Promise<void> {
  await inFolder(async (folder) => {
    // Outside of the project there is no app that a bootstrap would synthesize first.
    await cdk(['bootstrap', ENVIRONMENT], { folder, cwd: folder, environment: environmentOf(endpoint) });
  });
}

/**
 * Once per installation: moto cannot update a stack.
 * @param endpoint of the emulator, for example `http://127.0.0.1:5000`
 * @param settingsPath as for `-c settings=…`
 * @param stacks as for `cdk deploy`. @default - all of them
 */
export async function deploy(endpoint: string, settingsPath: string, stacks = '--all'): Promise<Outputs> {
  return inFolder(async (folder) => {
    const outputsFile = path.join(folder, 'outputs.json');
    const settings = ['-c', `settings=${path.resolve(settingsPath)}`];
    // moto forgets a stack's outputs when a change set made it: hence the direct method.
    const method = ['--method', 'direct', '--require-approval', 'never', '--outputs-file', outputsFile];
    await cdk(['deploy', stacks, ...settings, ...method], { folder, environment: environmentOf(endpoint) });
    return outputsSchema.parse(JSON.parse(await readFile(outputsFile, 'utf8')));
  });
}

/** Bootstraps the account and deploys the storage stack alone. */
export async function deployStorage(endpoint: string, settingsPath: string): Promise<DeployedStorage> {
  await bootstrap(endpoint);
  return storageIn(await deploy(endpoint, settingsPath, '*-storage'));
}

export function storageIn(outputs: Outputs): DeployedStorage {
  const [, told] = Object.entries(outputs).find(([stack]) => stack.endsWith('-storage')) ?? [];
  const storage = storageSchema.parse(told);
  return {
    bucketName: storage.PostgresBucketName,
    statusBucketName: storage.StatusBucketName,
    accessLogBucketName: storage.AccessLogBucketName,
    backupKeyArn: storage.BackupKeyArn,
    signingKeyArn: storage.ManifestSigningKeyArn,
    evidenceSigningKeyArn: storage.EvidenceSigningKeyArn,
  };
}

function environmentOf(endpoint: string): Record<string, string> {
  // moto finds the template's bucket in the path of its address only where the host is localhost.
  return emulatorEnvironment(endpoint.replace('127.0.0.1', 'localhost'));
}

async function inFolder<T>(act: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), 'backstop-deploy-'));
  try {
    return await act(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
