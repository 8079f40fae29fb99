/** The line with which an operator starts a task by hand: an output of a deployment, to be copied. */
import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { namesOf } from '../contract/names';
import type { TaskPlacement } from './task-placement';
import { containerOverrides } from './task-start';

export interface RunTaskCommandProps {
  readonly installation: string;
  readonly family: string;
  readonly container: string;
  /** Of the program. */
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly placement: TaskPlacement;
}

export function runTaskCommand(scope: Construct, props: RunTaskCommandProps): string {
  const { installation, family, container, command, environment, placement } = props;
  const network = [
    `subnets=[${placement.subnetIds.join(',')}]`,
    `securityGroups=[${placement.securityGroupIds.join(',')}]`,
    `assignPublicIp=${placement.assignPublicIp ? 'ENABLED' : 'DISABLED'}`,
  ].join(',');
  return [
    `aws ecs run-task --region ${Stack.of(scope).region} --cluster ${namesOf(installation).cluster}`,
    `--launch-type FARGATE --task-definition ${family}`,
    `--network-configuration 'awsvpcConfiguration={${network}}'`,
    `--overrides '${JSON.stringify(containerOverrides(container, environment, command))}'`,
  ].join(' ');
}
