import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { examineAccount } from '../../../lib/operations/doctor/account';
import { freePort } from '../../support/spawn';
import { emulatorEnvironment } from '../../support/shared-servers';

/** The emulator's only account. */
const ACCOUNT = '123456789012';
const [BOOTSTRAPPED, UNTOUCHED] = ['eu-west-3', 'eu-north-1'];

const NOWHERE = { AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' };

beforeEach(() => {
  Object.assign(process.env, emulatorEnvironment(), NOWHERE, { AWS_EC2_METADATA_DISABLED: 'true' });
});

afterEach(() => {
  delete process.env['AWS_ENDPOINT_URL_SSM'];
});

async function examined(destination: { account?: string; region?: string; secrets?: string[] }) {
  const { account, region, secrets = [] } = destination;
  const examinations = await examineAccount({ account, region, secrets });
  return Object.fromEntries(examinations.map((each) => [each.check, each]));
}

beforeAll(async () => {
  Object.assign(process.env, emulatorEnvironment());
  const client = new SSMClient({ region: BOOTSTRAPPED });
  const parameter = { Name: '/cdk-bootstrap/hnb659fds/version', Value: '30', Overwrite: true };
  await client.send(new PutParameterCommand({ ...parameter, Type: 'String' }));
  client.destroy();
});

test('who deploys, to where, and what was bootstrapped there', async () => {
  expect(await examined({ account: ACCOUNT, region: BOOTSTRAPPED })).toMatchObject({
    credentials: { area: 'account', outcome: 'ok', found: expect.stringContaining(`of account ${ACCOUNT}`) },
    region: { outcome: 'ok', found: `${BOOTSTRAPPED}, by the settings` },
    bootstrap: { outcome: 'ok', found: 'version 30' },
  });
});

test('a region that was never bootstrapped is a fault, and the command that mends it is told', async () => {
  expect((await examined({ region: UNTOUCHED }))['bootstrap']).toMatchObject({
    outcome: 'fault',
    hint: `Run: npx cdk bootstrap aws://${ACCOUNT}/${UNTOUCHED}`,
  });
});

test('a bootstrap that may not be seen is no fault', async () => {
  process.env['AWS_ENDPOINT_URL_SSM'] = `http://127.0.0.1:${await freePort()}`;
  expect((await examined({ region: BOOTSTRAPPED }))['bootstrap']).toMatchObject({
    outcome: 'warning',
    found: expect.stringContaining('could not be seen: '),
  });
});

test('a secret of the settings must be there, in the region that is deployed to', async () => {
  const secret = 'acme/doctor/password';
  const client = new SecretsManagerClient({ region: BOOTSTRAPPED });
  await client.send(new CreateSecretCommand({ Name: secret, SecretString: 'x' }));
  client.destroy();
  expect((await examined({ region: BOOTSTRAPPED, secrets: [secret] }))['secret']).toMatchObject({
    outcome: 'ok',
    found: `${secret} is there`,
  });
  expect((await examined({ region: UNTOUCHED, secrets: [secret] }))['secret']).toMatchObject({
    outcome: 'fault',
    found: `${secret} is not in ${UNTOUCHED}`,
    hint: expect.stringContaining('docs/deploy.md'),
  });
});

test('credentials of another account are a fault', async () => {
  expect((await examined({ account: '111122223333', region: BOOTSTRAPPED }))['credentials']).toMatchObject({
    outcome: 'fault',
    found: expect.stringContaining(`of account ${ACCOUNT}; the settings say 111122223333`),
  });
});

test('without a region in the settings that of the environment counts; without any there is none', async () => {
  process.env['AWS_REGION'] = UNTOUCHED;
  expect((await examined({}))['region']).toMatchObject({
    outcome: 'ok',
    found: `${UNTOUCHED}, by the environment`,
  });
  delete process.env['AWS_REGION'];
  expect(await examined({})).toEqual({ region: expect.objectContaining({ outcome: 'fault' }) });
});

test('without credentials that is the fault', async () => {
  delete process.env['AWS_ACCESS_KEY_ID'];
  delete process.env['AWS_SECRET_ACCESS_KEY'];
  expect((await examined({ region: BOOTSTRAPPED }))['credentials']).toMatchObject({
    outcome: 'fault',
    found: expect.stringContaining('CredentialsProviderError'),
    hint: expect.stringContaining('aws sso login'),
  });
});
