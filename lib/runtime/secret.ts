import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { Failure } from '../contract/failure';
import { awsError } from './aws-error';

const TIMEOUT_MS = 5000;

/**
 * Read each time, and kept nowhere: a new value counts at once.
 * @param id name or ARN
 * @throws Failure that names the secret, never its value
 */
export async function readSecret(id: string): Promise<string> {
  const client = new SecretsManagerClient({ requestHandler: { requestTimeout: TIMEOUT_MS } });
  const { SecretString } = await client
    .send(new GetSecretValueCommand({ SecretId: id }))
    .catch((cause: unknown) => {
      const hint = 'Make the secret, with this name and in this region; docs/deploy.md says how.';
      throw new Failure('usage', `The secret ${id} cannot be read: ${awsError(cause).text}`, { hint, cause });
    })
    .finally(() => {
      client.destroy();
    });
  if (SecretString !== undefined) return SecretString;
  throw new Failure('usage', `The secret ${id} has no text.`, { hint: 'Give it as text, not as binary.' });
}

/**
 * Whether a secret is there, without reading it.
 * @param id name or ARN
 * @throws Failure `usage` where that may not be seen
 */
export async function secretExists(id: string, region: string): Promise<boolean> {
  const client = new SecretsManagerClient({ region, requestHandler: { requestTimeout: TIMEOUT_MS } });
  try {
    const { DeletedDate: deletedAt } = await client.send(new DescribeSecretCommand({ SecretId: id }));
    return deletedAt === undefined;
  } catch (cause) {
    const { code, text } = awsError(cause);
    if (code === 'ResourceNotFoundException') return false;
    const hint = `Allow secretsmanager:DescribeSecret on ${id}, which does not read its value.`;
    throw new Failure('usage', text, { hint, cause });
  } finally {
    client.destroy();
  }
}
