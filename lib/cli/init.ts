/** `backstop init`: writes the settings file that somebody begins with. */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { Option, type Command } from 'commander';
import { Failure } from '../contract/failure';
import type { Prompt } from '../runtime/prompt';
import { defineSettings } from '../settings/settings';
import { settingsOf, startingFile, storeNameOf, type StartingPoint } from '../settings/starting-file';
import { printResult, type CommandIo } from './command-io';
import { exitCodesHelp } from './exit-codes';

type Answers = Partial<Record<keyof StartingPoint, string>>;

interface Question {
  readonly field: keyof StartingPoint;
  readonly flag: string;
  readonly text: string;
  /** What is meant where nothing is answered; undefined where it must be. */
  readonly usual?: (before: Answers) => string;
}

const QUESTIONS: readonly Question[] = [
  {
    field: 'name',
    flag: '--name <name>',
    text: 'name of the installation, for ever',
    usual: () => 'backstop',
  },
  { field: 'host', flag: '--host <host>', text: "the database's server itself, not a pooler" },
  { field: 'port', flag: '--port <port>', text: "the server's port", usual: () => '5432' },
  { field: 'database', flag: '--database <name>', text: "the database's name on its server" },
  { field: 'user', flag: '--user <role>', text: 'role that reads every table', usual: () => 'backup' },
  {
    field: 'secret',
    flag: '--secret <name>',
    text: 'secret in Secrets Manager with its password',
    /** Ends like no ARN, whatever the database is called: see secretName of lib/settings/fields.ts. */
    usual: ({ name = '', database = '' }) => `${name}/${storeNameOf(database)}/password`,
  },
  { field: 'major', flag: '--major <major>', text: 'major version of the server', usual: () => '17' },
  { field: 'cron', flag: '--cron <cron>', text: 'when to back up, as in crontab', usual: () => '0 2 * * *' },
  { field: 'timeZone', flag: '--time-zone <zone>', text: 'time zone of that schedule', usual: () => 'UTC' },
  { field: 'dailyDays', flag: '--daily-days <days>', text: 'days to keep each backup', usual: () => '30' },
  {
    field: 'email',
    flag: '--email <address>',
    text: 'who is told of alarms: an e-mail address',
    usual: () => '',
  },
];

interface InitOptions extends Answers {
  readonly file: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

const EXAMPLES = `
Asks for what no option says. An existing file is never overwritten.

Examples:
  backstop init
  backstop init --yes --name acme --host db.example.com --database shop --email oncall@example.com`;

export function registerInit(program: Command, io: CommandIo): void {
  const command = program.command('init').description('write a settings file to begin with');
  for (const question of QUESTIONS) command.option(question.flag, optionText(question));
  command
    .option('--file <path>', 'the file to write', 'backstop.config.ts')
    .option('--yes', 'ask nothing: the usual answer to what no option says')
    .addOption(new Option('--json', 'print JSON'))
    .addHelpText('after', `${EXAMPLES}\n${exitCodesHelp()}`)
    .action((options: InitOptions) => init(options, io));
}

async function init(options: InitOptions, io: CommandIo): Promise<void> {
  const { file, yes = false, json = false, ...given } = options;
  if (existsSync(file)) throw exists(file);
  const point = pointOf(await answersTo(given, yes ? undefined : io.prompt()));
  defineSettings(settingsOf(point));
  await writeFile(file, startingFile(point), { flag: 'wx' }).catch((error: unknown) => {
    throw (error as NodeJS.ErrnoException).code === 'EEXIST' ? exists(file) : error;
  });
  printResult(io, json, { file }, () => nextSteps(file, point));
}

/** With what is meant where nobody is asked. */
function optionText({ text, usual }: Question): string {
  const answer = usual?.({ name: 'NAME', database: 'DATABASE' });
  return answer === undefined ? text : `${text} (usually ${answer === '' ? 'nobody' : answer})`;
}

/** @throws Failure `usage` naming every option that lacks, where nobody can be asked */
async function answersTo(given: Answers, prompt: Prompt | undefined): Promise<Answers> {
  const missing = QUESTIONS.filter(({ field, usual }) => given[field] === undefined && usual === undefined);
  if (prompt === undefined && missing.length > 0) {
    throw new Failure('usage', `Not given: ${missing.map(({ flag }) => flag).join(', ')}.`, {
      hint: 'Give them as options, or run it in a terminal without --yes.',
    });
  }
  try {
    let answers: Answers = {};
    for (const question of QUESTIONS) {
      const usual = question.usual?.(answers);
      const answer =
        given[question.field] ?? (prompt === undefined ? usual : await ask(question, usual, answers, prompt));
      answers = { ...answers, [question.field]: answer };
    }
    return answers;
  } finally {
    prompt?.close();
  }
}

/** Again and again, until the answer is one that the settings allow. */
async function ask(
  question: Question,
  usual: string | undefined,
  before: Answers,
  prompt: Prompt,
): Promise<string> {
  const inBrackets = usual === undefined || usual === '' ? '' : ` [${usual}]`;
  let complaint = '';
  for (;;) {
    const answer = (await prompt.ask(`${complaint}${question.text}${inBrackets}: `)) || (usual ?? '');
    const fault = faultIn({ ...before, [question.field]: answer });
    if (fault === undefined) return answer;
    complaint = `${fault}\n`;
  }
}

/** Takes the place of what is not answered yet. */
const HARMLESS: Required<Answers> = {
  name: 'backstop',
  host: 'db.example.com',
  port: '5432',
  database: 'app',
  user: 'backup',
  secret: 'app',
  major: '17',
  cron: '0 2 * * *',
  timeZone: 'UTC',
  dailyDays: '30',
  email: '',
};

function faultIn(answers: Answers): string | undefined {
  try {
    defineSettings(settingsOf(pointOf({ ...HARMLESS, ...answers })));
    return undefined;
  } catch (error) {
    if (error instanceof Failure) return error.message.split('\n').slice(1).join('\n');
    throw error;
  }
}

function pointOf(answers: Answers): StartingPoint {
  const { name = '', host = '', database = '', user = '', secret = '', cron = '', timeZone = '' } = answers;
  return {
    ...{ name, host, database, user, secret, cron, timeZone },
    port: Number(answers.port),
    major: Number(answers.major),
    dailyDays: Number(answers.dailyDays),
    email: answers.email === '' ? undefined : answers.email,
  };
}

function exists(file: string): Failure {
  return new Failure('usage', `${file} exists already; it is not overwritten.`, {
    hint: 'Edit it, or name another file with --file PATH.',
  });
}

function nextSteps(file: string, { secret, user, email }: StartingPoint): string {
  return [
    `${file} is written.${email === undefined ? ' Nobody is told of alarms yet: see notifications in it.' : ''} Next:`,
    `  make the role ${user} in the database: docs/deploy.md, "The role in the database"`,
    ...(secret.startsWith('arn:')
      ? []
      : [`  ${createSecret(secret)}`, '    (type the password, which is not shown, then Enter)']),
    `  backstop doctor --settings ${file}`,
    '  npx cdk bootstrap     # once per account and region',
    '  npx cdk deploy --all',
  ].join('\n');
}

/** So that the password stands in no file, no argument and no history of the shell. */
function createSecret(name: string): string {
  return `{ IFS= read -rs PASSWORD && printf %s "$PASSWORD"; } | aws secretsmanager create-secret --name ${name} --secret-string file:///dev/stdin`;
}
