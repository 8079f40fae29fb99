import { Aws, Duration, Stack } from 'aws-cdk-lib';
import {
  AwsLogDriverMode,
  FargateTaskDefinition,
  LogDrivers,
  OperatingSystemFamily,
  type ContainerDefinition,
  type Secret,
} from 'aws-cdk-lib/aws-ecs';
import { Role, ServicePrincipal, type IGrantable, type IPrincipal } from 'aws-cdk-lib/aws-iam';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { IMAGE_USER, WRITABLE_FOLDERS } from '../contract/task-image';
import type { BackedUpDatabase } from '../settings/database-schema';
import type { ComputeSettings } from '../settings/platform-schema';
import { programLog } from './program-log';
import { taskArchitecture, type TaskImage } from './task-image';

/** Fargate's longest (docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html). */
const STOP_TIMEOUT = Duration.seconds(120);

export interface ProgramTaskProps {
  readonly family: string;
  /** Name of the container, and of its stream in the log. */
  readonly container: string;
  /** Of the image's program. */
  readonly command: readonly string[];
  readonly image: TaskImage;
  readonly size: BackedUpDatabase['task'];
  readonly compute: ComputeSettings;
  readonly environment: Readonly<Record<string, string>>;
  /** Read by ECS when the task starts: the program itself needs no right to them. @default - none */
  readonly secrets?: Readonly<Record<string, Secret>>;
  /** Shared by tasks of one kind. @default - a role and a log of its own */
  readonly shared?: SharedStart;
}

/** What ECS takes for the start of tasks: the role gets its leaves from what the tasks need. */
export interface SharedStart {
  readonly executionRole: Role;
  readonly log: LogGroup;
}

/**
 * One of our programs as a Fargate task: an unprivileged user, nothing to write but its scratch folders, a log that
 * loses no line. Grants go to the role of the program.
 */
export class ProgramTask extends Construct implements IGrantable {
  readonly definition: FargateTaskDefinition;
  readonly container: ContainerDefinition;
  /** What the program may do. */
  readonly taskRole: Role;
  /** What ECS does for its start: image, log, secrets. */
  readonly executionRole: Role;
  readonly grantPrincipal: IPrincipal;

  constructor(scope: Construct, id: string, props: ProgramTaskProps) {
    super(scope, id);
    this.taskRole = new Role(this, 'TaskRole', {
      description: `Task ${props.family}`,
      assumedBy: ownTasks(this),
    });
    const { executionRole, log } =
      props.shared ?? newStart(this, `Start of task ${props.family}`, props.compute);
    this.executionRole = executionRole;
    this.grantPrincipal = this.taskRole;
    this.definition = this.newDefinition(props);
    this.container = this.addContainer(props, log);
    this.addWritableFolders();
  }

  private newDefinition({ family, size, compute }: ProgramTaskProps): FargateTaskDefinition {
    return new FargateTaskDefinition(this, 'Definition', {
      family,
      cpu: size.cpu,
      memoryLimitMiB: size.memoryMiB,
      ephemeralStorageGiB: size.ephemeralStorageGiB,
      taskRole: this.taskRole,
      executionRole: this.executionRole,
      runtimePlatform: {
        cpuArchitecture: taskArchitecture(compute),
        operatingSystemFamily: OperatingSystemFamily.LINUX,
      },
    });
  }

  private addContainer(props: ProgramTaskProps, logGroup: LogGroup): ContainerDefinition {
    return this.definition.addContainer(props.container, {
      image: props.image.image,
      /** With a limit of the task alone, a program sees the memory of the machine below it. */
      memoryLimitMiB: props.size.memoryMiB,
      command: [...props.command],
      environment: { ...props.environment },
      secrets: { ...props.secrets },
      user: IMAGE_USER,
      readonlyRootFilesystem: true,
      stopTimeout: STOP_TIMEOUT,
      /** ECS's own default drops lines when it is busy: a lost line may be the metric that was waited for. */
      logging: LogDrivers.awsLogs({
        logGroup,
        streamPrefix: props.shared === undefined ? props.container : props.family,
        mode: AwsLogDriverMode.BLOCKING,
      }),
    });
  }

  private addWritableFolders(): void {
    for (const [name, containerPath] of Object.entries(WRITABLE_FOLDERS)) {
      this.definition.addVolume({ name });
      this.container.addMountPoints({ sourceVolume: name, containerPath, readOnly: false });
    }
  }
}

export function newStart(scope: Construct, description: string, { logDays }: ComputeSettings): SharedStart {
  const assumedBy = new ServicePrincipal('ecs-tasks.amazonaws.com');
  return {
    executionRole: new Role(scope, 'ExecutionRole', { description, assumedBy }),
    log: programLog(scope, logDays),
  };
}

/** Tasks of this account and region only: docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html */
function ownTasks(scope: Construct): IPrincipal {
  const tasks = Stack.of(scope).formatArn({ service: 'ecs', resource: '*' });
  return new ServicePrincipal('ecs-tasks.amazonaws.com').withConditions({
    StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
    ArnLike: { 'aws:SourceArn': tasks },
  });
}
