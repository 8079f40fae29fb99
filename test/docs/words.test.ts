/** The documentation names what exists: links, verbs, options, variables, settings and exit codes. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { programOf } from '../../lib/cli/program';
import { ENVIRONMENT } from '../../lib/contract/environment';
import { EXIT_CODES } from '../../lib/contract/failure';
import { systemClock } from '../../lib/runtime/clock';
import { lineReporter } from '../../lib/runtime/line-reporter';
import { settingsSchema } from '../../lib/settings/schema';
import { defineSettings } from '../../lib/settings/settings';
import { anchors, codeBlocks, links, markdownFiles, prose, read, ROOT, tableRows } from './markdown';
import { fieldsOf } from './schema-fields';

const FILES = markdownFiles();

const program = programOf({
  stdout: process.stdout,
  environment: {},
  clock: systemClock,
  signal: new AbortController().signal,
  reporter: () => lineReporter(() => undefined, systemClock),
  prompt: () => undefined,
});

/** `keys create` is one verb. */
function verbsOf(command: Command, trail: readonly string[] = []): Map<string, Command> {
  const below = command.commands.map((each) => verbsOf(each, [...trail, each.name()]));
  const own: [string, Command][] = command.commands.length === 0 ? [[trail.join(' '), command]] : [];
  return new Map([...own, ...below.flatMap((verbs) => [...verbs])]);
}

const VERBS = verbsOf(program);
const OPTIONS = [...VERBS.values()].flatMap(({ options }) => options);

interface Line {
  readonly file: string;
  readonly words: readonly string[];
}

/** Every command line of the program in code blocks and in the running text. */
const COMMAND_LINES = FILES.flatMap((file) => {
  const text = read(file);
  const inBlocks = codeBlocks(text)
    .filter(({ language }) => language === 'sh')
    .flatMap((block) => block.text.replaceAll('\\\n', ' ').split('\n'));
  const inProse = [...prose(text).matchAll(/`(backstop [^`]+)`/g)].map(([, line = '']) => line);
  return [...inBlocks, ...inProse].flatMap((line): Line[] => {
    const command = /(?:^|\$\()backstop (.*)/.exec(line.trim())?.[1];
    return command === undefined ? [] : [{ file, words: command.split('#')[0]?.split(/\s+/) ?? [] }];
  });
});

test.each(FILES)('each relative link of %s leads somewhere', (file) => {
  const broken = links(read(file)).filter((link) => {
    if (/^https?:/.test(link)) return false;
    const [target = '', anchor] = link.split('#');
    const found = target === '' ? file : path.posix.join(path.posix.dirname(file), target);
    if (!existsSync(path.join(ROOT, found))) return true;
    return anchor !== undefined && !anchors(read(found)).includes(anchor);
  });
  expect(broken).toEqual([]);
});

test('each command in the documentation is a verb of the program with options that it has', () => {
  expect(COMMAND_LINES.length).toBeGreaterThan(10);
  const wrong = COMMAND_LINES.filter(({ words }) => {
    const verb = VERBS.get(words[0] ?? '') ?? VERBS.get(words.slice(0, 2).join(' '));
    const known = ['--help', '--version', ...(verb?.options ?? program.options).map(({ long }) => long)];
    return words.some((word, index) =>
      word.startsWith('--') ? !known.includes(word) : index === 0 && verb === undefined,
    );
  });
  expect(wrong).toEqual([]);
});

test('each verb of the program is shown in the README', () => {
  const shown = COMMAND_LINES.filter(({ file }) => file === 'README.md').map(({ words }) => words.join(' '));
  const missing = [...VERBS.keys()].filter((verb) => !shown.some((line) => line.startsWith(verb)));
  expect(missing).toEqual([]);
});

test('the README lists the environment variable of each option with it, and none that does not exist', () => {
  const listed = tableRows(read('README.md'), 'Environment').map(([name, option]) => [name, option]);
  const known = Object.values(ENVIRONMENT).map((name) => {
    const option = OPTIONS.find(({ envVar }) => envVar === name)?.long;
    return [`\`${name}\``, option ? `\`${option}\`` : ''];
  });
  // What only programs of the deployment read has no option, and needs no row.
  const needed = known.filter(([name, option]) => option !== '' || listed.some(([row]) => row === name));
  expect(needed.length).toBeGreaterThan(15);
  expect(listed).toEqual(needed);
});

describe('docs/settings.md', () => {
  const ROWS = new Map(
    tableRows(read('docs/settings.md'), 'Fields').map(([name = '', ...cells]) => [
      name.replaceAll('`', ''),
      cells.join(' '),
    ]),
  );

  test('lists every setting, and no other', () => {
    expect([...ROWS.keys()]).toEqual(fieldsOf(settingsSchema, 'input').map(({ path: field }) => field));
  });

  test('names every value of a setting that has only a few', () => {
    const values = fieldsOf(settingsSchema, 'input').flatMap(({ path: field, type }) =>
      [...type.matchAll(/"([^"]+)"|\b(\d+)\b/g)].map(([, word, number]) => [field, word ?? number] as const),
    );
    expect(values.length).toBeGreaterThan(40);
    expect(values.filter(([field, value]) => !ROWS.get(field)?.includes(`\`${value ?? ''}\``))).toEqual([]);
  });

  test('says every default that is a word or a number', () => {
    const connection = {
      host: 'db.example.com',
      database: 'app',
      user: 'backup',
      password: { secret: 'app' },
    };
    const { databases, ...rest } = defineSettings({
      name: 'acme',
      databases: { app: { connection, keepDays: { daily: 30 } } },
    });
    const given = ['name', ...Object.keys(connection).map((field) => `databases.<name>.connection.${field}`)];
    const defaults = leavesOf({ ...rest, databases: { '<name>': databases['app'] } }).filter(
      ([field]) => !given.includes(field) && !/password|keepDays/.test(field),
    );
    expect(defaults.length).toBeGreaterThan(15);
    const untold = defaults.filter(([field, value]) => !ROWS.get(field)?.includes(`default \`${value}\``));
    expect(untold).toEqual([]);
  });
});

/** Words and numbers in it, each with its path. */
function leavesOf(value: unknown, trail = ''): [string, string][] {
  if (typeof value !== 'object' || value === null) return [[trail, String(value)]];
  if (Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([name, each]) =>
    leavesOf(each, trail === '' ? name : `${trail}.${name}`),
  );
}

test('the exit codes are those of the program', () => {
  const listed = tableRows(read('docs/restore.md'), 'Exit codes').map(([code, kind]) => [kind, code]);
  const known = Object.entries(EXIT_CODES).map(([kind, code]) => [`\`${kind}\``, String(code)]);
  expect(listed).toEqual([['', '0'], ...known]);
});

test('each file that the documentation names exists', () => {
  const named = FILES.flatMap((file) =>
    [...prose(read(file)).matchAll(/`((?:bin|docs|examples|lib|test)\/[^`\s…<*]*)`/g)].map(
      ([, name = '']) => ({
        file,
        name,
      }),
    ),
  );
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter(({ name }) => !existsSync(path.join(ROOT, name)))).toEqual([]);
});
