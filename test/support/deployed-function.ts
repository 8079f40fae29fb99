/** A function as Lambda runs it: the deployed code with its config, its environment, and its role's credentials. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { z } from 'zod';
import { credentialsOf } from './deployed-task';
import { clientOptions } from './emulator';
import { emulatorEnvironment } from './shared-servers';
import { run } from './spawn';

/** Where `cdk bootstrap` has the code put. */
const ASSETS = 'cdk-hnb659fds-assets-123456789012-eu-central-1';

const functionSchema = z.object({
  FunctionName: z.string(),
  Role: z.string(),
  Environment: z.object({ Variables: z.record(z.string(), z.string()) }).optional(),
});

export interface DeployedFunction {
  readonly name: string;
  readonly roleArn: string;
  /** Holds `index.js` and, where it has one, `config.json`. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * @param endpoint of the emulator
 * @param part of the function's name, which CloudFormation made from its construct's
 * @param folder where its code is put; made here
 */
export async function deployedFunction(
  endpoint: string,
  part: string,
  folder: string,
): Promise<DeployedFunction> {
  const listed = z.object({ Functions: z.array(functionSchema) }).parse(await ask(endpoint, 'functions/'));
  const found = listed.Functions.find(({ FunctionName }) => FunctionName.includes(part));
  if (found === undefined) throw new Error(`no function with ${part} in its name is deployed`);
  await fetchCode(endpoint, found.FunctionName, folder);
  const environment = {
    ...found.Environment?.Variables,
    ...emulatorEnvironment(endpoint),
    ...(await credentialsOf(found.Role, endpoint)),
  };
  return { name: found.FunctionName, roleArn: found.Role, folder, environment };
}

/** @returns what it wrote to its log; rejects with what it threw */
export async function invoke({ folder, environment }: DeployedFunction, event: unknown): Promise<string> {
  const program = `require('./index.js').handler(${JSON.stringify(event)})`;
  const env = { ...environment, PATH: process.env['PATH'] };
  const { stdout } = await run(process.execPath, ['-e', program], { cwd: folder, env });
  return stdout;
}

async function fetchCode(endpoint: string, name: string, folder: string): Promise<void> {
  const codeSchema = z.object({ Code: z.object({ Location: z.string() }) });
  const { Code } = codeSchema.parse(await ask(endpoint, `functions/${name}`));
  const s3 = new S3Client({ ...clientOptions(endpoint), forcePathStyle: true });
  const Key = new URL(Code.Location).pathname.slice(1);
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: ASSETS, Key }));
  mkdirSync(folder, { recursive: true });
  const archive = path.join(folder, 'code.zip');
  writeFileSync(archive, (await Body?.transformToByteArray()) ?? '');
  s3.destroy();
  await run('python3', ['-m', 'zipfile', '-e', archive, folder]);
}

/** The emulator tells services apart by the scope of a signature, which it does not verify. */
async function ask(endpoint: string, resource: string): Promise<unknown> {
  const Authorization =
    'AWS4-HMAC-SHA256 Credential=test/20261120/eu-central-1/lambda/aws4_request, SignedHeaders=host, Signature=0';
  const answer = await fetch(`${endpoint}/2015-03-31/${resource}`, { headers: { Authorization } });
  if (!answer.ok) throw new Error(`${resource}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}
