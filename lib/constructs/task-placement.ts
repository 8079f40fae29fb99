/** Where in the network a task is started: what RunTask and schedules take as `awsvpcConfiguration`. */
import { StringListParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import { namesOf } from '../contract/names';
import type { NetworkSettings } from '../settings/platform-schema';

export interface TaskPlacement {
  readonly subnetIds: string[];
  readonly securityGroupIds: string[];
  readonly assignPublicIp: boolean;
}

/**
 * As the compute stack published it: seen from another stack, without a reference.
 * @param reaches what a task must reach: `anything`, or only services of AWS
 */
export function publishedPlacement(
  scope: Construct,
  installation: string,
  network: NetworkSettings,
  reaches: 'anything' | 'aws' = 'anything',
): TaskPlacement {
  const { parameters } = namesOf(installation);
  const listOf = (name: string) => StringListParameter.valueForTypedListParameter(scope, name);
  return {
    subnetIds: listOf(parameters.subnetIds),
    securityGroupIds: listOf(
      reaches === 'aws' ? parameters.drillSecurityGroupIds : parameters.securityGroupIds,
    ),
    assignPublicIp: assignsPublicIp(network),
  };
}

/** In a public subnet a task without an address of its own reaches nothing. */
export function assignsPublicIp(network: NetworkSettings): boolean {
  return network.mode === 'existing' ? network.assignPublicIp : network.mode === 'public';
}
