/** A verb finds store and signers by the name of a deployed installation, and what a person gives wins. */
import { Command } from 'commander';
import { findByInstallation } from '../../lib/cli/installation-option';
import { programOf } from '../../lib/cli/program';
import * as shared from '../../lib/cli/options';
import { systemClock } from '../../lib/runtime/clock';
import { silentReporter } from '../../lib/runtime/reporter';
import { backstop } from '../support/backstop-cli';
import { makeInstallation, type MadeInstallation } from '../support/made-installation';
import { emulatorEnvironment } from '../support/shared-servers';

let acme: MadeInstallation;
const VARIABLES = ['BACKSTOP_INSTALLATION', 'BACKSTOP_STORE', 'BACKSTOP_SIGNER', 'BACKSTOP_PUBLIC_KEYS'];
const before = { ...process.env };

beforeAll(async () => {
  Object.assign(process.env, emulatorEnvironment());
  acme = await makeInstallation();
});
afterEach(() => {
  for (const name of VARIABLES) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, emulatorEnvironment());
});
afterAll(() => {
  process.env = before;
});

interface Found {
  readonly store?: string;
  readonly signer?: string;
  readonly evidenceSigner?: string;
}

/** What a verb with all of these options sees. */
async function seen(args: readonly string[]): Promise<Found> {
  let found: Found = {};
  const program = new Command();
  program
    .command('look')
    .addOption(shared.storeOption())
    .addOption(shared.signerOption())
    .addOption(shared.publicKeyOption())
    .option('--evidence-signer <signer>')
    .action((options: Found) => {
      found = options;
    });
  findByInstallation(program);
  await program.parseAsync(['look', ...args], { from: 'user' });
  return found;
}

test('store, signer of manifests and signer of evidence are those of the outputs', async () => {
  const found = await seen(['--installation', acme.name]);
  expect(found).toMatchObject({ store: `s3://${acme.bucketName}` });
  expect(found.signer).toMatch(/^kms:arn:aws:kms:eu-central-1:123456789012:key\//);
  expect(found.evidenceSigner).toMatch(/^kms:arn:aws:kms:eu-central-1:123456789012:key\//);
  expect(found.evidenceSigner).not.toBe(found.signer);
});

test('the variable does the same', async () => {
  process.env['BACKSTOP_INSTALLATION'] = acme.name;
  expect(await seen([])).toMatchObject({ store: `s3://${acme.bucketName}` });
});

test('what is given by option or variable stays', async () => {
  process.env['BACKSTOP_SIGNER'] = 'none';
  const given = await seen(['--installation', acme.name, '--store', 's3://other-store']);
  expect(given).toMatchObject({ store: 's3://other-store', signer: 'none' });
  expect(given.evidenceSigner).toMatch(/^kms:arn:/);
});

test('beside a public key no signer is filled in: it is said whom to believe', async () => {
  const { signer, store } = await seen(['--installation', acme.name, '--public-key', 'some.pem']);
  expect({ signer, store }).toEqual({ signer: undefined, store: `s3://${acme.bucketName}` });
});

test('where all is given, or a folder is named beside the variable, AWS is not asked', async () => {
  process.env['AWS_ENDPOINT_URL'] = 'http://127.0.0.1:9';
  const all = ['--store', 's3://other-store', '--signer', 'none', '--evidence-signer', 'none'];
  expect(await seen([...all, '--installation', 'nobodys'])).toMatchObject({ store: 's3://other-store' });
  process.env['BACKSTOP_INSTALLATION'] = 'nobodys';
  expect(await seen(['--store', 'file:backups'])).toMatchObject({ store: 'file:backups' });
});

test('each verb with a store has the option, once', () => {
  const program = programOf({
    ...{ stdout: { write: () => true }, environment: {}, clock: systemClock, prompt: () => undefined },
    ...{ signal: new AbortController().signal, reporter: () => silentReporter },
  });
  const counted = program.commands
    .filter(({ options }) => options.some(({ long }) => long === '--store'))
    .map(({ options }) => options.filter(({ long }) => long === '--installation').length);
  expect(counted.length).toBeGreaterThan(6);
  expect(new Set(counted)).toEqual(new Set([1]));
});

describe('told is what was looked for', () => {
  test('a stack that is not there, with region and account', async () => {
    await expect(seen(['--installation', 'nobodys'])).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringMatching(
        /^There is no stack nobodys-storage in the region eu-central-1 of the account 123456789012 \(as arn:aws:/,
      ) as string,
      hint: expect.stringContaining('AWS_PROFILE') as string,
    });
  });

  test('a region that nobody said', async () => {
    Reflect.deleteProperty(process.env, 'AWS_REGION');
    process.env['AWS_CONFIG_FILE'] = '/nonexistent';
    await expect(seen(['--installation', 'nobodys'])).rejects.toMatchObject({
      kind: 'usage',
      message: 'It is not said in which region to look for the stack nobodys-storage.',
    });
  });

  test('credentials that are missing, with how to get them', async () => {
    const { AWS_ENDPOINT_URL, AWS_REGION } = emulatorEnvironment() as { [name: string]: string };
    const files = { AWS_CONFIG_FILE: '/nonexistent', AWS_SHARED_CREDENTIALS_FILE: '/nonexistent' };
    const env = { ...files, AWS_ENDPOINT_URL: AWS_ENDPOINT_URL!, AWS_REGION: AWS_REGION! };
    const { exitCode, stderr } = await backstop(['list', '--installation', acme.name], {
      ...env,
      AWS_EC2_METADATA_DISABLED: 'true',
    });
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`The stack ${acme.name}-storage cannot be looked for in eu-central-1`);
    expect(stderr).toContain('What to do: Sign in');
  });
});

test('the very program lists the store of the installation', async () => {
  const env = { ...emulatorEnvironment(), BACKSTOP_INSTALLATION: acme.name };
  expect(await backstop(['list'], env)).toEqual({
    exitCode: 0,
    stdout: `s3://${acme.bucketName} holds no recovery point.\n`,
    stderr: '',
  });
});
