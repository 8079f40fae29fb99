import { Duration, Stack } from 'aws-cdk-lib';
import type { CfnCluster } from 'aws-cdk-lib/aws-ecs';
import { Match, Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { BACKUP_CONTAINER, backupTaskFamily, DRILL_CONTAINER, drillTaskFamily } from '../contract/names';

export interface FailedTaskRuleProps {
  readonly installation: string;
  readonly cluster: CfnCluster;
  /** Gets the event as ECS wrote it. */
  readonly recorder: IFunction;
  /** Gets what could not be delivered: ScheduleNotDelivered counts it. */
  readonly deadLetterQueue: IQueue;
}

/**
 * Ends that no program can report, or not well: a task that never started has no exit code at all; one that a person or
 * the platform stopped lost its dump (docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html).
 */
const LOST = ['TaskFailedToStart', 'UserInitiated', 'SpotInterruption', 'TerminationNotice'];

/** Tells the monitor of each task of a backup or a drill that did not end well, within seconds. */
export class FailedTaskRule extends Construct {
  constructor(scope: Construct, id: string, props: FailedTaskRuleProps) {
    super(scope, id);
    new Rule(this, 'Rule', {
      description: `Backups and drills of ${props.installation} that did not end well`,
      eventPattern: {
        source: ['aws.ecs'],
        detailType: ['ECS Task State Change'],
        detail: {
          clusterArn: [props.cluster.attrArn],
          taskDefinitionArn: Match.anyOf(
            ...this.familyPrefixes(props.installation).map((prefix) => Match.prefix(prefix)),
          ),
          lastStatus: ['STOPPED'],
          $or: [
            { stopCode: LOST },
            /** Name and code of one container: another one of the task may end as it likes. */
            { containers: { name: [BACKUP_CONTAINER, DRILL_CONTAINER], exitCode: Match.anythingBut(0) } },
          ],
        },
      },
      targets: [
        new LambdaFunction(props.recorder, {
          deadLetterQueue: props.deadLetterQueue,
          retryAttempts: 10,
          maxEventAge: Duration.hours(2),
        }),
      ],
    });
  }

  /** Of every database: a task's group may be named otherwise by who starts it, its definition cannot. */
  private familyPrefixes(installation: string): string[] {
    return [backupTaskFamily(installation, ''), drillTaskFamily(installation, '')].map((resourceName) =>
      Stack.of(this).formatArn({ service: 'ecs', resource: 'task-definition', resourceName }),
    );
  }
}
