/** The bundled program itself, in a process of its own as in Lambda: it reads its config and its secret. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { lambdaBundle } from '../../lib/constructs/lambda-bundle';
import { emulatorEnvironment } from '../support/shared-servers';
import { run } from '../support/spawn';

const folder = mkdtempSync(path.join(tmpdir(), 'backstop-webhook-'));
const EVENT = { Records: [{ Sns: { Subject: 'A test', Message: 'text' } }] };

beforeAll(async () => {
  Object.assign(process.env, emulatorEnvironment());
  writeFileSync(path.join(folder, 'index.js'), lambdaBundle('webhook').code);
  const secret = { Name: 'webhook/plain', SecretString: 'http://127.0.0.1/T0/hidden' };
  await new SecretsManagerClient({}).send(new CreateSecretCommand(secret));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** @returns everything that the program wrote before it failed */
async function failureOf(secret: string, event: unknown): Promise<string> {
  const config = { secret, format: 'slack', runbookUrl: 'docs/runbook.md' };
  writeFileSync(path.join(folder, 'config.json'), JSON.stringify(config));
  const program = `require('./index.js').handler(${JSON.stringify(event)})`;
  const env = { ...emulatorEnvironment(), PATH: process.env['PATH'] };
  return run(process.execPath, ['-e', program], { cwd: folder, env }).then(
    () => 'no failure',
    (error: unknown) => {
      const { stdout, stderr } = error as { readonly stdout: string; readonly stderr: string };
      return stdout + stderr;
    },
  );
}

test('a secret that is no https URL is refused, and its text is not told', async () => {
  const output = await failureOf('webhook/plain', EVENT);
  expect(output).toContain('The text of the webhook secret is no https URL.');
  expect(output).not.toContain('T0');
});

test('a secret that is not there is named', async () => {
  expect(await failureOf('webhook/none', EVENT)).toContain('The secret webhook/none cannot be read');
});

test('an event that is not of SNS is refused', async () => {
  expect(await failureOf('webhook/plain', { detail: {} })).toContain('ZodError');
});
