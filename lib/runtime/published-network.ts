/** Where tasks of an installation are started: what its deployment wrote into parameters. */
import { GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import { Failure } from '../contract/failure';
import { namesOf } from '../contract/names';
import { awsError } from './aws-error';
import type { TaskNetwork } from './ecs-task';

/** @throws Failure `usage` where there is no such installation, or it may not be read */
export async function publishedNetwork(installation: string): Promise<TaskNetwork> {
  const { subnetIds, securityGroupIds, assignPublicIp } = namesOf(installation).parameters;
  const Names = [subnetIds, securityGroupIds, assignPublicIp];
  const client = new SSMClient({});
  try {
    const { Parameters = [] } = await client.send(new GetParametersCommand({ Names }));
    const values = new Map(Parameters.map(({ Name = '', Value = '' }) => [Name, Value]));
    const missing = Names.filter((name) => !values.has(name));
    if (missing.length > 0) throw notThere(installation, missing);
    const listOf = (name: string) => (values.get(name) ?? '').split(',').filter((id) => id !== '');
    return {
      subnets: listOf(subnetIds),
      securityGroups: listOf(securityGroupIds),
      assignPublicIp: values.get(assignPublicIp) === 'ENABLED' ? 'ENABLED' : 'DISABLED',
    };
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
    throw new Failure('usage', `The network of ${installation} cannot be read: ${awsError(cause).text}`, {
      hint: `Allow ssm:GetParameters on ${Names.join(', ')}, and check credentials and region.`,
      cause,
    });
  } finally {
    client.destroy();
  }
}

function notThere(installation: string, missing: readonly string[]): Failure {
  return new Failure('usage', `There are no parameters ${missing.join(', ')} in this account and region.`, {
    hint: `Check --installation (${installation}), AWS_PROFILE and AWS_REGION; a deployment of an older Backstop is deployed again.`,
  });
}
