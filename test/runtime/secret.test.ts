import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { readSecret } from '../../lib/runtime/secret';
import { emulatorEnvironment } from '../support/shared-servers';

let client: SecretsManagerClient;

beforeAll(() => {
  Object.assign(process.env, emulatorEnvironment());
  client = new SecretsManagerClient({});
});

afterAll(() => {
  client.destroy();
});

test('a secret is read by its name and by its ARN', async () => {
  const made = await client.send(
    new CreateSecretCommand({ Name: 'hooks/slack', SecretString: 'https://hooks.example.com/T0' }),
  );
  expect(await readSecret('hooks/slack')).toBe('https://hooks.example.com/T0');
  expect(await readSecret(made.ARN ?? '')).toBe('https://hooks.example.com/T0');
});

test('a secret that is not there is named', async () => {
  await expect(readSecret('hooks/none')).rejects.toThrow(
    /^The secret hooks\/none cannot be read: ResourceNotFoundException/,
  );
});

test('a binary secret is refused', async () => {
  await client.send(new CreateSecretCommand({ Name: 'hooks/binary', SecretBinary: Buffer.from('x') }));
  await expect(readSecret('hooks/binary')).rejects.toThrow('The secret hooks/binary has no text.');
});
