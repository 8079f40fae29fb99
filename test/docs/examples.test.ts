/** What the documentation tells people to type is typed here, in the order in which they read it. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { TEST_PASSWORD } from '../support/postgres-cluster';
import { shopDatabase } from '../support/small-database';
import { sharedMajors } from '../support/shared-servers';
import { codeBlocks, markdownFiles, read, ROOT, type CodeBlock } from './markdown';

const IN_ORDER = ['README.md', 'docs/restore.md'];

const blocksOf = (file: string) => codeBlocks(read(file)).map((block) => ({ file, ...block }));

function marked(mark: string): (CodeBlock & { readonly file: string })[] {
  return IN_ORDER.flatMap(blocksOf).filter(({ marks }) => marks.includes(mark));
}

describe('typed one after the other', () => {
  const home = mkdtempSync(path.join(tmpdir(), 'reader-'));
  let environment: Record<string, string>;

  beforeAll(async () => {
    const url = new URL(await shopDatabase(sharedMajors()[0]));
    url.password = '';
    environment = {
      SHOP_URL: url.href,
      SERVER_URL: url.href.replace(/\/[^/]*$/, ''),
      PGPASSWORD: TEST_PASSWORD,
      BACKSTOP_STORE: `file:${home}/backups`,
    };
  });

  test('the variables are those that the README tells to set', () => {
    const [settings] = marked('variables');
    const names = [...(settings?.text ?? '').matchAll(/^export (\w+)=/gm)].map(([, name]) => name);
    expect(names.sort()).toEqual(Object.keys(environment).sort());
  });

  test('no runnable example stands where nobody would run it', () => {
    const everywhere = markdownFiles().flatMap(blocksOf);
    expect(everywhere.filter(({ marks }) => marks.includes('runnable'))).toHaveLength(
      marked('runnable').length,
    );
  });

  test.each(marked('runnable').map(({ file, text, marks }) => [file, text, expectedExit(marks)] as const))(
    '%s: %s',
    async (_, text, expected) => {
      const script = [...marked('prelude').map((prelude) => prelude.text), text].join('\n');
      const { PATH = '' } = process.env;
      const env = { PATH, HOME: home, ...environment };
      const outcome = await bash(script, env);
      expect(outcome).toEqual({ exitCode: expected, stderr: expect.any(String) });
    },
  );
});

function expectedExit(marks: readonly string[]): number {
  return Number(marks.find((mark) => mark.startsWith('exit='))?.slice('exit='.length) ?? 0);
}

function bash(script: string, env: Record<string, string>) {
  return new Promise<{ exitCode: number; stderr: string }>((resolve) => {
    const child = execFile(
      'bash',
      ['-e', '-o', 'pipefail', '-c', script],
      { cwd: ROOT, env },
      (_, __, stderr) => {
        resolve({ exitCode: child.exitCode ?? -1, stderr });
      },
    );
  });
}

test('examples in TypeScript compile, and are settings without a fault or an app that synthesizes', () => {
  const examples = markdownFiles()
    .flatMap(blocksOf)
    .filter(({ language }) => language === 'ts');
  expect(examples.length).toBeGreaterThan(0);
  mkdirSync(path.join(ROOT, '.scratch'), { recursive: true });
  const folder = mkdtempSync(path.join(ROOT, '.scratch/docs-'));
  try {
    examples.forEach(({ text }, index) => {
      writeFileSync(path.join(folder, `example-${index}.ts`), text);
    });
    writeFileSync(
      path.join(folder, 'tsconfig.json'),
      // The oldest library that `cdk init` may tell an app to count on: ours is part of what such an app compiles.
      '{ "extends": "../../tsconfig.json", "compilerOptions": { "lib": ["es2022"] }, "include": ["*.ts"] }',
    );
    const tsc = path.join(ROOT, 'node_modules/typescript/bin/tsc');
    expect(complaintsOf([tsc, '--project', folder])).toBe('');
    examples.forEach((_, index) => {
      expect(complaintsOf(['--import', 'tsx', path.join(folder, `example-${index}.ts`)])).toBe('');
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/**
 * Runs a program of Node as the CDK CLI would run an app: with the feature flags, and a folder for templates.
 * @returns all that it prints; nothing where it ends well and has nothing to say
 */
function complaintsOf(args: readonly string[]): string {
  const { context } = JSON.parse(read('cdk.json')) as { readonly context: object };
  const outdir = mkdtempSync(path.join(tmpdir(), 'cdk.out-'));
  const env = { ...process.env, CDK_CONTEXT_JSON: JSON.stringify(context), CDK_OUTDIR: outdir };
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, env, encoding: 'utf8' });
  rmSync(outdir, { recursive: true });
  const said = `${stdout}${stderr}`;
  return status === 0 || said !== '' ? said : `exit code ${String(status)}`;
}
