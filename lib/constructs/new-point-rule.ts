import { CfnRule } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import { ENVIRONMENT } from '../contract/environment';
import { manifestPrefix } from '../contract/object-keys';
import type { ProgramTask } from './program-task';
import type { StorageAccess } from './storage-access';
import type { TaskPlacement } from './task-placement';
import { containerOverrides, type TaskStart } from './task-start';

export interface NewPointRuleProps {
  readonly installation: string;
  /** Its name in the settings. */
  readonly database: string;
  readonly storage: StorageAccess;
  readonly start: TaskStart;
  readonly task: ProgramTask;
  readonly placement: TaskPlacement;
}

/** Want of capacity passes: a drill may come an hour late, and then the dead-letter queue has it. */
const RETRIES = { maximumRetryAttempts: 10, maximumEventAgeInSeconds: 3600 };

/** Starts a task as soon as a database has a new recovery point: its manifest is written last. */
export class NewPointRule extends Construct {
  constructor(scope: Construct, id: string, props: NewPointRuleProps) {
    super(scope, id);
    const { installation, database, storage, start, task, placement } = props;
    start.allow(task);
    /** Of CloudFormation: CDK's own target knows no networks that only a deployment knows. */
    const rule = new CfnRule(this, 'Rule', {
      description: `Drill after each backup of ${database} (${installation})`,
      eventPattern: {
        source: ['aws.s3'],
        'detail-type': ['Object Created'],
        detail: {
          bucket: { name: [storage.bucketName] },
          object: { key: [{ prefix: manifestPrefix(database) }] },
        },
      },
      targets: [
        {
          id: 'Drill',
          arn: start.clusterArn,
          roleArn: start.role.roleArn,
          ecsParameters: {
            taskDefinitionArn: task.definition.taskDefinitionArn,
            launchType: 'FARGATE',
            networkConfiguration: {
              awsVpcConfiguration: {
                subnets: placement.subnetIds,
                securityGroups: placement.securityGroupIds,
                assignPublicIp: placement.assignPublicIp ? 'ENABLED' : 'DISABLED',
              },
            },
          },
          input: JSON.stringify(overrides(task)),
          retryPolicy: RETRIES,
          deadLetterConfig: { arn: start.deadLetterQueueArn },
        },
      ],
    });
    /** Not before the role may start the task. */
    rule.node.addDependency(start.role);
  }
}

/** That no person asked for it. */
function overrides({ container }: ProgramTask): object {
  return containerOverrides(container.containerName, {
    [ENVIRONMENT.reason]: 'after a backup',
    [ENVIRONMENT.requestedBy]: 'backup',
  });
}
