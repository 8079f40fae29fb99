import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { programOf } from '../../lib/cli/program';
import { EXIT_CODES } from '../../lib/contract/failure';
import { systemClock } from '../../lib/runtime/clock';
import { lineReporter } from '../../lib/runtime/line-reporter';
import { loadSettings } from '../../lib/settings/load';
import { defineSettings } from '../../lib/settings/settings';
import { storeNameOf } from '../../lib/settings/starting-file';
import { backstop } from '../support/backstop-cli';

const ROOT = path.resolve(__dirname, '../..');
const NEEDED = ['--host', 'db.example.com', '--database', 'shop'];

// Inside the project: the file imports backstop/settings.
mkdirSync(path.join(ROOT, '.scratch'), { recursive: true });
const folder = mkdtempSync(path.join(ROOT, '.scratch/init-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const fileNamed = (name: string) => path.join(folder, `${name}.ts`);

const init = (file: string, args: readonly string[]) => backstop(['init', '--file', file, '--yes', ...args]);

/** What a tool of Node prints; nothing where all is well. */
function complaintsOf(tool: string, args: readonly string[]): string {
  const { stdout, stderr } = spawnSync(process.execPath, [path.join(ROOT, 'node_modules', tool), ...args], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return `${stdout}${stderr}`;
}

test('what it writes says what was asked for and the usual rest, and is complete settings', async () => {
  const file = fileNamed('usual');
  const { exitCode, stdout } = await init(file, ['--name', 'acme', ...NEEDED]);
  expect(exitCode).toBe(0);
  // As it is typed, without the newline: what docs/deploy.md tells to do.
  const secret = /^ {2}(.*create-secret --name acme\/shop\/password .*)$/m.exec(stdout)?.[1] ?? '';
  expect(readFileSync(path.join(ROOT, 'docs/deploy.md'), 'utf8')).toContain(`\n${secret}\n`);
  expect(secret).toContain('printf %s');
  const connection = {
    ...{ host: 'db.example.com', port: 5432, database: 'shop', user: 'backup' },
    password: { secret: 'acme/shop/password' },
  };
  const database = { connection, keepDays: { daily: 30 } };
  expect(loadSettings(file).settings).toEqual(
    defineSettings({ name: 'acme', databases: { shop: database } }),
  );
});

test('the usual name of a secret is allowed, even of a database that is called as an ARN ends', async () => {
  const file = fileNamed('hyphen');
  const args = ['--name', 'acme', '--host', 'db.example.com', '--database', 'shop-orders'];
  expect(await init(file, args)).toMatchObject({ exitCode: 0 });
  expect(loadSettings(file).settings.databases['shop-orders']?.connection).toMatchObject({
    password: { secret: 'acme/shop-orders/password' },
  });
});

test('each option finds its field, and any name its quotes', async () => {
  const file = fileNamed('options');
  const { exitCode } = await init(file, [
    ...['--name', 'peak', '--host', '10.0.0.7', '--port', '6432', '--database', `Sho'p "\\d`],
    ...['--user', 'o\\reader', '--secret', 'peak/db', '--major', '15', '--cron', '5 */6 * * *'],
    ...['--time-zone', 'Europe/Berlin', '--daily-days', '14', '--email', 'devops@example.com'],
  ]);
  expect(exitCode).toBe(0);
  const { settings } = loadSettings(file);
  expect(settings).toMatchObject({ name: 'peak', notifications: { emails: ['devops@example.com'] } });
  expect(settings.databases['sho-p-d']).toMatchObject({
    connection: {
      ...{ host: '10.0.0.7', port: 6432, database: `Sho'p "\\d`, user: 'o\\reader' },
      password: { secret: 'peak/db' },
    },
    major: 15,
    schedule: { cron: '5 */6 * * *', timeZone: 'Europe/Berlin' },
    keepDays: { daily: 14 },
  });
});

test('what it writes compiles, and is formatted like the rest of the project', async () => {
  const file = fileNamed('checked');
  await init(file, [...NEEDED, '--email', 'devops@example.com']);
  const config = path.join(folder, 'tsconfig.json');
  writeFileSync(config, '{ "extends": "../../tsconfig.json", "files": ["checked.ts"], "include": [] }');
  expect(complaintsOf('typescript/bin/tsc', ['--project', config])).toBe('');
  const options = ['--single-quote', '--print-width', '110', '--ignore-path', '/dev/null', '--no-config'];
  expect(complaintsOf('prettier/bin/prettier.cjs', ['--list-different', ...options, file])).toBe('');
});

test('a file that is there is not overwritten', async () => {
  const file = fileNamed('mine');
  writeFileSync(file, 'mine');
  const { exitCode, stderr } = await init(file, NEEDED);
  expect(exitCode).toBe(EXIT_CODES.usage);
  expect(stderr).toContain('mine.ts exists already');
  expect(readFileSync(file, 'utf8')).toBe('mine');
});

test.each([
  ['what must be said and was not', [], 'Not given: --host <host>, --database <name>.'],
  [
    'a value that is not allowed',
    [...NEEDED, '--major', '9'],
    'databases.shop.major: got 9; allowed: one of 15',
  ],
  [
    'a time that clocks jump over',
    [...NEEDED, '--time-zone', 'Europe/Berlin'],
    'clocks of Europe/Berlin jump over',
  ],
])('%s is refused, and nothing is written', async (_, args, message) => {
  const file = fileNamed('refused');
  const { exitCode, stderr } = await init(file, args);
  expect(exitCode).toBe(EXIT_CODES.usage);
  expect(stderr).toContain(message);
  expect(existsSync(file)).toBe(false);
});

/** Runs it with somebody at the terminal who gives these answers. */
async function asked(args: readonly string[], answer: (question: string) => string): Promise<string[]> {
  const questions: string[] = [];
  const program = programOf({
    stdout: { write: () => true },
    environment: {},
    clock: systemClock,
    signal: new AbortController().signal,
    reporter: () => lineReporter(() => undefined, systemClock),
    prompt: () => ({
      ask: (question) => {
        questions.push(question);
        return Promise.resolve(answer(question));
      },
      close: () => undefined,
    }),
  });
  await program.parseAsync(['init', ...args], { from: 'user' });
  return questions;
}

test('where somebody can be asked, each question comes until its answer is allowed', async () => {
  const file = fileNamed('asked');
  const answers = [
    '',
    'a b',
    'db.example.com',
    '',
    'shop',
    '',
    '',
    'nine',
    '16',
    '0 2 1 * 1',
    '',
    '',
    '',
    '',
  ];
  const questions = await asked(['--file', file, '--name', 'acme'], () => answers.shift() ?? 'none is left');
  expect(questions[0]).toBe("the database's server itself, not a pooler: ");
  expect(questions[1]).toContain('host: got ""; allowed: a host name');
  expect(questions[2]).toContain('host: got "a b"; allowed: a host name');
  expect(questions).toContain('secret in Secrets Manager with its password [acme/shop/password]: ');
  expect(answers).toEqual([]);
  expect(loadSettings(file).settings).toMatchObject({
    name: 'acme',
    databases: { shop: { major: 16, schedule: { cron: '0 2 * * *' }, connection: { user: 'backup' } } },
  });
});

test('that a file is there is told before anything is asked', async () => {
  const file = fileNamed('before');
  writeFileSync(file, 'mine');
  const questions: string[] = [];
  await expect(asked(['--file', file], (question) => String(questions.push(question)))).rejects.toThrow(
    /exists already/,
  );
  expect(questions).toEqual([]);
});

test('a file that somebody else wrote during the questions is not overwritten', async () => {
  const file = fileNamed('meanwhile');
  const args = ['--file', file, '--host', 'db.example.com', '--database', 'shop'];
  const answered = asked(args, () => {
    writeFileSync(file, 'mine');
    return '';
  });
  await expect(answered).rejects.toThrow(/exists already/);
  expect(readFileSync(file, 'utf8')).toBe('mine');
});

test.each([
  ['shop', 'shop'],
  ['My Shop!', 'my-shop-'],
  ['Ünïcode', 'app'],
  ['_private', 'app'],
])('the database %s is called %s in the store', (database, name) => {
  expect(storeNameOf(database)).toBe(name);
});
