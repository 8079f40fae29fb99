/** Fargate's side of tasks in the emulator: runs each as a test says, writes its log, and tells ECS how it ended. */
import {
  CloudWatchLogsClient,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  DescribeTasksCommand,
  ECSClient,
  ListTasksCommand,
  SubmitTaskStateChangeCommand,
  type Task,
} from '@aws-sdk/client-ecs';
import { setTimeout as wait } from 'node:timers/promises';

export interface AgentTask {
  readonly task: Task;
  /** Of the container. */
  readonly command: readonly string[];
  /** Aborted when ECS is told to stop the task. */
  readonly stopped: AbortSignal;
  readonly log: (...lines: string[]) => Promise<void>;
}

/** @returns the exit code; or why the task never started */
export type Program = (task: AgentTask) => Promise<number | string>;

export interface AgentPlace {
  readonly cluster: string;
  readonly container: string;
  readonly logGroup: string;
}

export class FargateAgent {
  readonly seen: AgentTask[] = [];
  private readonly ecs = new ECSClient({});
  private readonly logs = new CloudWatchLogsClient({});
  private readonly ending = new AbortController();
  private readonly working: Promise<void>;
  private program: Program = () => Promise.resolve(0);

  constructor(private readonly place: AgentPlace) {
    this.working = this.work();
  }

  /** For the tasks from now on. */
  runs(program: Program): void {
    this.program = program;
    this.seen.length = 0;
  }

  async close(): Promise<void> {
    this.ending.abort();
    await this.working;
    this.ecs.destroy();
    this.logs.destroy();
  }

  private async work(): Promise<void> {
    const stops = new Map<string, AbortController>();
    const { cluster } = this.place;
    while (!this.ending.signal.aborted) {
      const { taskArns: tasks = [] } = await this.ecs.send(new ListTasksCommand({ cluster }));
      const described = tasks.length === 0 ? [] : await this.describe(tasks);
      for (const task of described) {
        const { taskArn = '', desiredStatus } = task;
        const stop = stops.get(taskArn) ?? new AbortController();
        if (!stops.has(taskArn)) void this.run(task, stop.signal);
        stops.set(taskArn, stop);
        if (desiredStatus === 'STOPPED') stop.abort();
      }
      await wait(50);
    }
  }

  private async describe(tasks: string[]): Promise<Task[]> {
    const { cluster } = this.place;
    const { tasks: described = [] } = await this.ecs.send(new DescribeTasksCommand({ cluster, tasks }));
    return described;
  }

  private async run(task: Task, stopped: AbortSignal): Promise<void> {
    const { cluster, container: containerName, logGroup: logGroupName } = this.place;
    const logStreamName = `restore/${containerName}/${task.taskArn?.split('/').at(-1) ?? ''}`;
    const stream = { logGroupName, logStreamName };
    await this.logs.send(new CreateLogStreamCommand(stream));
    const log = async (...lines: string[]) => {
      const logEvents = lines.map((message) => ({ message, timestamp: Date.now() }));
      await this.logs.send(new PutLogEventsCommand({ ...stream, logEvents }));
    };
    const command = task.overrides?.containerOverrides?.[0]?.command ?? [];
    const seen = { task, command, stopped, log };
    this.seen.push(seen);
    const end = await this.program(seen);
    const containers = typeof end === 'number' ? [{ containerName, exitCode: end }] : [];
    const told = { cluster, task: task.taskArn, status: 'STOPPED', containers };
    const reason = typeof end === 'string' ? { reason: end } : {};
    await this.ecs.send(new SubmitTaskStateChangeCommand({ ...told, ...reason }));
  }
}
