/** A task as ECS starts it: all that the deployed task definition says, with its secrets and its role's credentials. */
import { DescribeTaskDefinitionCommand, ECSClient, type ContainerDefinition } from '@aws-sdk/client-ecs';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { clientOptions } from './emulator';
import { emulatorEnvironment } from './shared-servers';

export interface DeployedTask {
  readonly command: readonly string[];
  /** Of the container: what the definition says, the secrets' values, and credentials of the role. */
  readonly environment: Readonly<Record<string, string>>;
  readonly taskRoleArn: string;
  readonly taskDefinitionArn: string;
}

/**
 * @param endpoint of the emulator
 * @param family of the task definition; its newest revision is meant
 * @param container the one that counts
 */
export async function deployedTask(
  endpoint: string,
  family: string,
  container: string,
): Promise<DeployedTask> {
  const ecs = new ECSClient(clientOptions(endpoint));
  const { taskDefinition } = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: family }));
  ecs.destroy();
  const { containerDefinitions = [], taskRoleArn, taskDefinitionArn } = taskDefinition ?? {};
  const definition = containerDefinitions.find(({ name }) => name === container);
  if (definition === undefined || taskRoleArn === undefined || taskDefinitionArn === undefined)
    throw new Error(`${family} has no container ${container}, or no role`);
  const environment = {
    ...Object.fromEntries((definition.environment ?? []).map(({ name = '', value = '' }) => [name, value])),
    ...(await secretsOf(definition, endpoint)),
    ...emulatorEnvironment(endpoint),
    ...(await credentialsOf(taskRoleArn, endpoint)),
  };
  return { command: definition.command ?? [], environment, taskRoleArn, taskDefinitionArn };
}

/** docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html: the ARN, then a field of the JSON. */
async function secretsOf({ secrets = [] }: ContainerDefinition, endpoint: string) {
  const client = new SecretsManagerClient(clientOptions(endpoint));
  const values = secrets.map(async ({ name = '', valueFrom = '' }) => {
    const parts = valueFrom.split(':');
    const [secret, field = ''] = [parts.slice(0, 7).join(':'), parts[7]];
    const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId: secret }));
    const fields = field === '' ? {} : (JSON.parse(SecretString) as Record<string, string>);
    return [name, field === '' ? SecretString : (fields[field] ?? '')];
  });
  const entries = await Promise.all(values);
  client.destroy();
  return Object.fromEntries(entries) as Record<string, string>;
}

export async function credentialsOf(roleArn: string, endpoint: string): Promise<Record<string, string>> {
  const sts = new STSClient(clientOptions(endpoint));
  const request = { RoleArn: roleArn, RoleSessionName: 'task' };
  const { Credentials } = await sts.send(new AssumeRoleCommand(request));
  sts.destroy();
  return {
    AWS_ACCESS_KEY_ID: Credentials?.AccessKeyId ?? '',
    AWS_SECRET_ACCESS_KEY: Credentials?.SecretAccessKey ?? '',
    AWS_SESSION_TOKEN: Credentials?.SessionToken ?? '',
  };
}
