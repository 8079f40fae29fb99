/** `backstop restore --in-aws`: the same restore, by the task that waits for it beside the bucket. */
import { Option, type Command } from 'commander';
import { Failure } from '../contract/failure';
import { choosePoint } from '../operations/choose-point';
import { OVERRIDES } from '../operations/place-refusals';
import { runRestoreTask, type StartedTask } from '../operations/run-restore-task';
import type { TaskNetwork } from '../runtime/ecs-task';
import { publishedNetwork } from '../runtime/published-network';
import { allowed } from './allow-option';
import { printResult, type CommandIo } from './command-io';
import { installationOption } from './installation-option';
import * as shared from './options';
import { passedOn } from './passed-on-options';
import { choiceOf, type AtOptions } from './point-choice';
import { placeOf, type PlaceOptions } from './restore-options';

export interface InAwsOptions extends shared.TrustOptions, AtOptions, PlaceOptions {
  readonly inAws?: boolean;
  readonly stack?: string;
  readonly installation?: string;
  readonly subnets?: readonly string[];
  readonly securityGroups?: readonly string[];
  readonly targetMajor?: number;
  readonly detach?: boolean;
  readonly database?: string;
  readonly targetDatabase?: string;
  readonly checks?: string;
  readonly hooks?: string;
  readonly rowsMissingIn?: string;
  readonly script?: string;
  readonly json?: boolean;
}

const ids = (text: string) => text.split(',').filter((id) => id !== '');

export const inAwsOptions = () => [
  new Option('--in-aws', 'let the restore task in AWS do it; the target is its secret restore-target'),
  installationOption(),
  new Option('--stack <name>', 'the compute stack, instead of --installation'),
  new Option(
    '--target-major <major>',
    'PostgreSQL of the target, where it is not that of the point',
  ).argParser(shared.positive),
  new Option('--subnets <ids>', "others than the installation's, separated by commas").argParser(ids),
  new Option('--security-groups <ids>', "others than the installation's").argParser(ids),
  new Option('--detach', 'start the task and do not wait for its end'),
];

/** What is meant for this machine, or is said to the task by its definition. */
const NOT_PASSED_ON = [
  ...inAwsOptions().map((option) => option.attributeName()),
  ...['to', 'store', 'publicKey', 'signer', 'evidenceKey', 'evidenceSigner', 'scratch', 'postgresBin'],
  ...['json', 'at', 'database', 'confirm'],
];

export async function restoreInAws(
  id: string | undefined,
  options: InAwsOptions,
  command: Command,
  io: CommandIo,
): Promise<void> {
  const json = options.json === true;
  const installation = installationOf(options);
  demandForTask(options);
  if (command.getOptionValueSource('to') === 'cli') {
    throw new Failure('usage', 'Both are given: --in-aws and --to.', {
      hint: `The task restores into the server of the secret ${installation}/restore-target: write URL and password there.`,
    });
  }
  const { point, major } = await settledPoint(id, options, io);
  const confirmed = await confirmation(options, io);
  const reporter = io.reporter(json);
  try {
    const started = await runRestoreTask(
      {
        ...{ installation, major, detach: options.detach === true, startedBy: 'backstop restore' },
        command: ['restore', ...point, ...confirmed, ...passedOn(command, NOT_PASSED_ON)],
        network: await networkOf(options, installation),
      },
      { reporter, signal: io.signal },
    );
    reporter.close();
    const ended = options.detach !== true;
    printResult(io, json, { ...started, ended }, () => (ended ? endedText(started) : startedText(started)));
  } finally {
    reporter.close();
  }
}

/** @throws Failure `usage` */
function demandForTask(options: InAwsOptions): void {
  const { targetDatabase, checks, hooks, allow, rowsMissingIn, script } = options;
  if (rowsMissingIn !== undefined || script !== undefined) {
    const given = rowsMissingIn === undefined ? '--script' : '--rows-missing-in';
    throw new Failure('usage', `Both are given: --in-aws and ${given}. The script would end with the task.`, {
      hint: 'Restore the tables in AWS without it and compare by hand, or restore from this machine.',
    });
  }
  if (placeOf(options) === undefined)
    shared.demanded(targetDatabase, '--target-database', 'Name a database that does not exist yet.');
  allowed(allow, OVERRIDES, 'a recovery point');
  for (const [name, value] of Object.entries({ checks, hooks })) {
    if (value === undefined || /^\s*[[{]/.test(value)) continue;
    throw new Failure(
      'usage',
      `--${name} names a file of this machine, which the task does not have: ${value}.`,
      {
        hint: `Give its text: --${name} "$(cat ${value})".`,
      },
    );
  }
}

/** Nobody can be asked in the task: it is asked here. @throws Failure `restore-refused` */
async function confirmation({ swap, replace, confirm }: InAwsOptions, io: CommandIo): Promise<string[]> {
  const name = swap ?? replace;
  if (name === undefined) return [];
  const question = `The task is going to put what it restores in the place of ${name}. Type its name to go on: `;
  const typed = confirm ?? (await shared.asked(question, io));
  if (typed === name) return ['--confirm', name];
  throw new Failure(
    'restore-refused',
    `The name of the database whose place is taken must be typed: ${name}.`,
    {
      hint: `Nothing was started. Type the name, or give --confirm ${name}.`,
    },
  );
}

function installationOf({ installation, stack }: InAwsOptions): string {
  if (installation !== undefined && installation !== '') return installation;
  if (stack?.endsWith('-compute') === true) return stack.slice(0, -'-compute'.length);
  throw new Failure('usage', 'It is not said which installation restores.', {
    hint: 'Give --installation NAME, as in the settings, or --stack NAME-compute.',
  });
}

async function networkOf(options: InAwsOptions, installation: string): Promise<TaskNetwork> {
  const published = await publishedNetwork(installation);
  const { subnets = published.subnets, securityGroups = published.securityGroups } = options;
  return { ...published, subnets, securityGroups };
}

/** A full id where this machine can read the store, so that the task restores the point that is meant now. */
async function settledPoint(id: string | undefined, options: InAwsOptions, io: CommandIo) {
  const choice = choiceOf(id, options);
  const { store: url, database, targetMajor } = options;
  if (url === undefined || url === '') {
    if (targetMajor === undefined) {
      throw new Failure('usage', 'Which PostgreSQL the task must know is not said.', {
        hint: 'Give --target-major, or --store and --public-key: then the manifest says it.',
      });
    }
    const at = choice.at === undefined ? [] : ['--at', choice.at.toISOString()];
    const of = database === undefined ? [] : ['--database', database];
    return { point: [choice.point, ...at, ...of], major: targetMajor };
  }
  const store = shared.openStoreOf(options);
  const versions = shared.openVersionsOf(options);
  try {
    const trust = await shared.trustOf(options);
    const named = { ...choice, now: io.clock.now(), ...(database === undefined ? {} : { database }) };
    const { manifest } = await choosePoint(store, trust, named, versions);
    const point = [manifest.id, '--database', manifest.database];
    return { point, major: targetMajor ?? manifest.server.major };
  } finally {
    versions?.close();
    await store.close();
  }
}

function endedText({ taskArn }: StartedTask): string {
  return `The restore task ended with exit code 0: ${taskArn}`;
}

function startedText({ cluster, taskArn, log }: StartedTask): string {
  return [
    taskArn,
    ...(log === undefined ? [] : [`aws logs tail ${log.group} --log-stream-names ${log.stream} --follow`]),
    `aws ecs wait tasks-stopped --cluster ${cluster} --tasks ${taskArn}`,
  ].join('\n');
}
