/** One task in an ECS cluster: started, looked at, and told to stop. */
import {
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ECSClient,
  RunTaskCommand,
  StopTaskCommand,
  type RunTaskCommandInput,
  type Task,
} from '@aws-sdk/client-ecs';
import { Failure } from '../contract/failure';
import { awsError } from './aws-error';

export interface TaskNetwork {
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
  readonly assignPublicIp: 'ENABLED' | 'DISABLED';
}

export interface TaskToStart {
  readonly family: string;
  readonly container: string;
  /** Of the program; everybody who may look at the task can read it. */
  readonly command: readonly string[];
  readonly network: TaskNetwork;
  /** Told in the console and in `aws ecs list-tasks`. */
  readonly startedBy: string;
}

export interface TaskState {
  /** PROVISIONING, PENDING, RUNNING, …, STOPPED. */
  readonly status: string;
  /** Of the container that counts; undefined while it runs, and where it never ran. */
  readonly exitCode: number | undefined;
  /** For example TaskFailedToStart, EssentialContainerExited, UserInitiated. */
  readonly stopCode: string | undefined;
  /** ECS's own words. */
  readonly reason: string;
}

export interface LogPlace {
  readonly group: string;
  readonly stream: string;
}

/** Of a task, by its ARN: docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html */
export type LogOfTask = (arn: string) => LogPlace | undefined;

export class EcsTasks {
  private readonly client = new ECSClient({});

  constructor(private readonly cluster: string) {}

  /** @returns its ARN. @throws Failure `usage` where ECS starts none */
  async start(task: TaskToStart): Promise<string> {
    const { tasks = [], failures = [] } = await this.client
      .send(new RunTaskCommand({ cluster: this.cluster, ...inputOf(task) }))
      .catch((error: unknown) => {
        throw refused(`The task ${task.family} cannot be started in the cluster ${this.cluster}`, error);
      });
    const arn = tasks[0]?.taskArn;
    if (arn !== undefined && failures.length === 0) return arn;
    const reasons = failures.map(({ arn: of = '', reason = '', detail = '' }) =>
      `${reason} ${detail} ${of}`.trim(),
    );
    throw new Failure(
      'usage',
      `ECS started no task ${task.family}: ${reasons.join('; ') || 'it says nothing more'}.`,
      {
        hint: 'Nothing was changed. Look the reason up in the ECS documentation under "API failure reasons", and run again.',
      },
    );
  }

  /** @returns undefined where ECS does not know it: yet, or any more. @throws Failure `usage` where it may not be seen */
  async state(arn: string, container: string): Promise<TaskState | undefined> {
    const { tasks: [task] = [] } = await this.client
      .send(new DescribeTasksCommand({ cluster: this.cluster, tasks: [arn] }))
      .catch((error: unknown) => {
        throw refused(`The task ${arn} cannot be seen`, error);
      });
    return task === undefined ? undefined : stateOf(task, container);
  }

  async stop(arn: string, reason: string): Promise<void> {
    await this.client
      .send(new StopTaskCommand({ cluster: this.cluster, task: arn, reason }))
      .catch((error: unknown) => {
        throw refused(`The task ${arn} cannot be stopped`, error);
      });
  }

  /** @throws Failure `usage` where there is no such task definition */
  async logOf(family: string, container: string): Promise<LogOfTask> {
    const { taskDefinition } = await this.client
      .send(new DescribeTaskDefinitionCommand({ taskDefinition: family }))
      .catch((error: unknown) => {
        throw refused(`There is no task definition ${family}`, error);
      });
    const definition = taskDefinition?.containerDefinitions?.find(({ name }) => name === container);
    const { 'awslogs-group': group, 'awslogs-stream-prefix': prefix } =
      definition?.logConfiguration?.options ?? {};
    if (group === undefined || prefix === undefined) return () => undefined;
    return (arn) => ({ group, stream: `${prefix}/${container}/${arn.split('/').at(-1) ?? ''}` });
  }

  close(): void {
    this.client.destroy();
  }
}

function inputOf({ family, container, command, network, startedBy }: TaskToStart): RunTaskCommandInput {
  const { subnets, securityGroups, assignPublicIp } = network;
  return {
    taskDefinition: family,
    launchType: 'FARGATE',
    startedBy,
    networkConfiguration: {
      awsvpcConfiguration: { subnets: [...subnets], securityGroups: [...securityGroups], assignPublicIp },
    },
    overrides: { containerOverrides: [{ name: container, command: [...command] }] },
  };
}

function stateOf(
  { lastStatus = '', stopCode, stoppedReason = '', containers = [] }: Task,
  name: string,
): TaskState {
  const container = containers.find((candidate) => candidate.name === name);
  const reason = [stoppedReason, container?.reason ?? ''].filter((text) => text !== '').join(': ');
  return { status: lastStatus, exitCode: container?.exitCode, stopCode, reason };
}

function refused(what: string, error: unknown): Failure {
  return new Failure('usage', `${what}: ${awsError(error).text}`, {
    hint: 'Check credentials, region and installation; docs/deploy.md lists what an operator must be allowed.',
    cause: error,
  });
}
