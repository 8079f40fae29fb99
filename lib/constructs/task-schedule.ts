import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import { eventBridgeCron } from '../contract/cron';
import { ENVIRONMENT } from '../contract/environment';
import { namesOf } from '../contract/names';
import { cronsOf, type Schedule } from '../contract/schedule';
import type { ProgramTask } from './program-task';
import type { TaskPlacement } from './task-placement';
import { containerOverrides, type TaskStart } from './task-start';

export interface TaskScheduleProps {
  readonly installation: string;
  readonly description: string;
  readonly times: Schedule & { readonly flexibleMinutes: number };
  readonly start: TaskStart;
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

/** Starts a task at its times: one schedule, and one more for each season. */
export class TaskSchedule extends Construct {
  constructor(
    scope: Construct,
    id: string,
    private readonly props: TaskScheduleProps,
  ) {
    super(scope, id);
    const { start, task, times } = props;
    start.allow(task);
    cronsOf(times).forEach(({ cron, months }, index) => {
      const schedule = this.newSchedule(`Schedule${index + 1}`, eventBridgeCron(cron, months));
      /** Not before the role may start the task. */
      schedule.node.addDependency(start.role);
    });
  }

  private newSchedule(id: string, expression: string): CfnSchedule {
    const { installation, description, times, start, task, placement } = this.props;
    return new CfnSchedule(this, id, {
      description,
      groupName: namesOf(installation).scheduleGroup,
      scheduleExpression: expression,
      scheduleExpressionTimezone: times.timeZone,
      flexibleTimeWindow: flexibleWindow(times.flexibleMinutes),
      target: {
        arn: start.clusterArn,
        roleArn: start.role.roleArn,
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
        deadLetterConfig: { arn: start.deadLetterQueueArn },
      },
    });
  }

  /** Which slot a run serves, so that one that is delivered twice can be told; and that no person asked for it. */
  private overrides(): object {
    return containerOverrides(this.props.task.container.containerName, {
      [ENVIRONMENT.slot]: SCHEDULED_TIME,
      [ENVIRONMENT.reason]: 'scheduled',
      [ENVIRONMENT.requestedBy]: 'schedule',
    });
  }
}

function flexibleWindow(minutes: number): CfnSchedule.FlexibleTimeWindowProperty {
  return minutes === 0 ? { mode: 'OFF' } : { mode: 'FLEXIBLE', maximumWindowInMinutes: minutes };
}
