import { Aws, Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { eventBridgeCron } from '../contract/cron';
import { ENVIRONMENT } from '../contract/environment';
import { namesOf } from '../contract/names';
import { cronsOf } from '../contract/schedule';
import type { ScheduleSettings } from '../settings/schedule-schema';
import type { ProgramTask } from './program-task';
import type { TaskPlacement } from './task-placement';

export interface BackupScheduleProps {
  readonly installation: string;
  /** Its name in the settings. */
  readonly database: string;
  readonly settings: ScheduleSettings;
  readonly task: ProgramTask;
  readonly placement: TaskPlacement;
}

/**
 * A start that fails for want of capacity or by throttling is tried twice more. Not longer: a person is to hear of it
 * within 15 minutes, and a start that comes hours late would meet the next one.
 */
const RETRIES = { maximumRetryAttempts: 2, maximumEventAgeInSeconds: 600 };

/** Filled in by EventBridge (docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html). */
const SCHEDULED_TIME = '<aws.scheduler.scheduled-time>';

/** Starts the backups of one database: one schedule, and one more for each season. */
export class BackupSchedule extends Construct {
  private readonly clusterArn: string;
  private readonly deadLetterQueueArn: string;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: BackupScheduleProps,
  ) {
    super(scope, id);
    const { cluster, parameters } = namesOf(props.installation);
    this.clusterArn = Stack.of(this).formatArn({
      service: 'ecs',
      resource: 'cluster',
      resourceName: cluster,
    });
    this.deadLetterQueueArn = StringParameter.valueForStringParameter(this, parameters.deadLetterQueueArn);
    const role = this.newRole();
    cronsOf(props.settings).forEach(({ cron, months }, index) => {
      const schedule = this.newSchedule(`Schedule${index + 1}`, eventBridgeCron(cron, months), role);
      /** Not before the role may start the task. */
      schedule.node.addDependency(role);
    });
  }

  private newSchedule(id: string, expression: string, role: Role): CfnSchedule {
    const { installation, database, settings, task, placement } = this.props;
    return new CfnSchedule(this, id, {
      description: `Backup of ${database} (${installation})`,
      groupName: namesOf(installation).scheduleGroup,
      scheduleExpression: expression,
      scheduleExpressionTimezone: settings.timeZone,
      flexibleTimeWindow: flexibleWindow(settings.flexibleMinutes),
      target: {
        arn: this.clusterArn,
        roleArn: role.roleArn,
        ecsParameters: {
          taskDefinitionArn: task.definition.taskDefinitionArn,
          launchType: 'FARGATE',
          networkConfiguration: {
            awsvpcConfiguration: {
              subnets: placement.subnetIds,
              securityGroups: placement.securityGroupIds,
              assignPublicIp: placement.assignPublicIp ? 'ENABLED' : 'DISABLED',
            },
          },
        },
        input: JSON.stringify(this.overrides()),
        retryPolicy: RETRIES,
        deadLetterConfig: { arn: this.deadLetterQueueArn },
      },
    });
  }

  /** Which slot a run serves, so that one that is delivered twice can be told; and that no person asked for it. */
  private overrides(): object {
    const environment = {
      [ENVIRONMENT.slot]: SCHEDULED_TIME,
      [ENVIRONMENT.reason]: 'scheduled',
      [ENVIRONMENT.requestedBy]: 'schedule',
    };
    return {
      containerOverrides: [
        {
          name: this.props.task.container.containerName,
          environment: Object.entries(environment).map(([name, value]) => ({ name, value })),
        },
      ],
    };
  }

  /** Starts this task in this cluster, with these two roles, and may nothing else. */
  private newRole(): Role {
    const { installation, database, task } = this.props;
    const { scheduleGroup } = namesOf(installation);
    const groupArn = Stack.of(this).formatArn({
      service: 'scheduler',
      resource: 'schedule-group',
      resourceName: scheduleGroup,
    });
    const role = new Role(this, 'Role', {
      description: `Starts backups of ${database} (${installation})`,
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com').withConditions({
        StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID, 'aws:SourceArn': groupArn },
      }),
    });
    for (const statement of [
      new PolicyStatement({
        actions: ['ecs:RunTask'],
        resources: [task.definition.taskDefinitionArn],
        conditions: { ArnEquals: { 'ecs:cluster': this.clusterArn } },
      }),
      new PolicyStatement({
        actions: ['iam:PassRole'],
        resources: [task.taskRole.roleArn, task.executionRole.roleArn],
        conditions: { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } },
      }),
      new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [this.deadLetterQueueArn] }),
    ])
      role.addToPolicy(statement);
    return role;
  }
}

function flexibleWindow(minutes: number): CfnSchedule.FlexibleTimeWindowProperty {
  return minutes === 0 ? { mode: 'OFF' } : { mode: 'FLEXIBLE', maximumWindowInMinutes: minutes };
}
