/** Starts tasks in the cluster of an installation: the role for it, and what EventBridge is given. */
import { Aws, Stack } from 'aws-cdk-lib';
import {
  CompositePrincipal,
  PolicyStatement,
  Role,
  ServicePrincipal,
  type IPrincipal,
} from 'aws-cdk-lib/aws-iam';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { namesOf } from '../contract/names';
import type { ProgramTask } from './program-task';

export interface TaskStartProps {
  readonly installation: string;
  /** Of the role. */
  readonly description: string;
  /** Whether rules of EventBridge start tasks, beside schedules. @default false */
  readonly byRules?: boolean;
}

/** A role that starts the tasks which it is told, in this cluster, with their roles, and may nothing else. */
export class TaskStart extends Construct {
  readonly clusterArn: string;
  /** Of what could not be started. */
  readonly deadLetterQueueArn: string;
  readonly role: Role;

  constructor(scope: Construct, id: string, { installation, description, byRules = false }: TaskStartProps) {
    super(scope, id);
    const { cluster, parameters } = namesOf(installation);
    this.clusterArn = Stack.of(this).formatArn({
      service: 'ecs',
      resource: 'cluster',
      resourceName: cluster,
    });
    this.deadLetterQueueArn = StringParameter.valueForStringParameter(this, parameters.deadLetterQueueArn);
    const schedules = ownSchedules(this, installation);
    this.role = new Role(this, 'Role', {
      description,
      assumedBy: byRules ? new CompositePrincipal(schedules, ownRules(this)) : schedules,
    });
    this.role.addToPolicy(
      new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [this.deadLetterQueueArn] }),
    );
  }

  allow({ definition, taskRole, executionRole }: ProgramTask): void {
    for (const statement of [
      new PolicyStatement({
        actions: ['ecs:RunTask'],
        resources: [definition.taskDefinitionArn],
        conditions: { ArnEquals: { 'ecs:cluster': this.clusterArn } },
      }),
      new PolicyStatement({
        actions: ['iam:PassRole'],
        resources: [taskRole.roleArn, executionRole.roleArn],
        conditions: { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } },
      }),
    ])
      this.role.addToPolicy(statement);
  }
}

/** What is said to one container of a task beyond its definition. */
export function containerOverrides(
  name: string,
  environment: Readonly<Record<string, string>>,
  command?: readonly string[],
): object {
  return {
    containerOverrides: [
      {
        name,
        ...(command !== undefined && { command }),
        environment: Object.entries(environment).map(([variable, value]) => ({ name: variable, value })),
      },
    ],
  };
}

function ownSchedules(scope: Construct, installation: string): IPrincipal {
  const groupArn = Stack.of(scope).formatArn({
    service: 'scheduler',
    resource: 'schedule-group',
    resourceName: namesOf(installation).scheduleGroup,
  });
  return new ServicePrincipal('scheduler.amazonaws.com').withConditions({
    StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID, 'aws:SourceArn': groupArn },
  });
}

/** Rules have names that CloudFormation made, so those of the account and region are all that can be said. */
function ownRules(scope: Construct): IPrincipal {
  return new ServicePrincipal('events.amazonaws.com').withConditions({
    StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
    ArnLike: { 'aws:SourceArn': rulesOf(scope) },
  });
}

/** Every rule of the account and region, on its own bus. */
export function rulesOf(scope: Construct): string {
  return Stack.of(scope).formatArn({ service: 'events', resource: 'rule', resourceName: '*' });
}
