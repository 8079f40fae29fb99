/** Stands in for Fargate: starts the program of the image with what the deployed task definition says. */
import path from 'node:path';
import { startNode, type RunningCli } from '../support/backstop-cli';
import { ROOT } from '../support/cdk-cli';
import { deployedTask, type DeployedTask } from '../support/deployed-task';
import { run } from '../support/spawn';
import type { Report } from './report';
import { endOf, type CommandResult } from './started';

/** Of a container, for one run. */
export interface Overrides {
  readonly command?: readonly string[];
  readonly environment?: readonly { readonly name: string; readonly value: string }[];
}

export interface Place {
  readonly cluster: string;
  /** Of the emulator. */
  readonly endpoint: string;
  /** Where the program is put. */
  readonly folder: string;
  /** What the image and its volumes have elsewhere than this machine: folders of programs and of scratch files. */
  readonly environment: Readonly<Record<string, string>>;
}

export class Fargate {
  private running: RunningCli | undefined;

  private constructor(
    private readonly program: string,
    private readonly place: Place,
    private readonly report: Report,
  ) {}

  /** Bundles the program as the image's build does. */
  static async withProgram(place: Place, report: Report): Promise<Fargate> {
    const program = path.join(place.folder, 'main.js');
    await run('npm', ['run', '--silent', 'bundle', '--', `--outfile=${program}`], { cwd: ROOT });
    return new Fargate(program, place, report);
  }

  /**
   * One run of a task, to its end.
   * @param family of the task definition
   * @param overrides of the container, as RunTask takes them. @default - the definition alone
   * @throws AssertionError where it does not end with 0
   */
  async run(family: string, container: string, overrides: Overrides = {}): Promise<CommandResult> {
    const { report, place } = this;
    const text = JSON.stringify({ containerOverrides: [{ name: container, ...overrides }] });
    const given = Object.keys(overrides).length === 0 ? '' : ` --overrides '${text}'`;
    report.command(`aws ecs run-task --cluster ${place.cluster} --task-definition ${family}${given} …`);
    const task = await deployedTask(place.endpoint, family, container);
    this.tell(task);
    const startedAt = performance.now();
    const overridden = Object.fromEntries(
      (overrides.environment ?? []).map(({ name, value }) => [name, value]),
    );
    const environment = { ...task.environment, ...overridden, ...place.environment };
    this.running = startNode([this.program, ...(overrides.command ?? task.command)], environment);
    const result = await endOf({ ...this.running, startedAt }, 0, report);
    this.running = undefined;
    return result;
  }

  async stop(): Promise<void> {
    this.running?.child.kill('SIGTERM');
    await this.running?.ended;
  }

  private tell({ taskDefinitionArn, taskRoleArn, command, environment }: DeployedTask): void {
    this.report.say(`definition  ${taskDefinitionArn}`);
    this.report.say(`role        ${taskRoleArn}`);
    this.report.say(`command     ${command.join(' ')}`);
    for (const [name, value] of Object.entries(environment))
      if (name.startsWith('BACKSTOP_')) this.report.say(`${name}=${value}`);
  }
}
