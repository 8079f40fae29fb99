/** The real `cdk synth`, as on a laptop that has never seen AWS. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import minimal from '../../examples/minimal';
import peakops from '../../examples/peakops';
import { costTable, monthlyCost } from '../../lib/settings/cost';
import { cdk, ROOT } from '../support/cdk-cli';

const folder = mkdtempSync(path.join(tmpdir(), 'backstop-synth-'));

afterAll(() => {
  rmSync(folder, { recursive: true });
});

interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function synth(cwd: string, ...options: string[]): Promise<Outcome> {
  return cdk(['synth', '--quiet', ...options], { folder, cwd }).then(
    ({ stdout, stderr }) => ({ exitCode: 0, stdout, stderr: withoutCli(stderr) }),
    (error: unknown) => {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { exitCode: code, stdout, stderr };
    },
  );
}

/** The CLI itself says where the templates of several stacks are, also when it is to be quiet. */
function withoutCli(stderr: string): string {
  return stderr.replace(/^(Successfully synthesized to|Supply a stack id) .*\n/gm, '');
}

/** The project's own folder may have a backstop.config.ts. */
function folderWithoutSettings(): string {
  const cdkJson = JSON.parse(readFileSync(path.join(ROOT, 'cdk.json'), 'utf8')) as object;
  const app = `tsx ${path.join(ROOT, 'bin/app.ts')}`;
  writeFileSync(path.join(folder, 'cdk.json'), JSON.stringify({ ...cdkJson, app }));
  return folder;
}

test('without credentials, settings or network the example synthesizes; note, cost, and that it tells nobody, are printed', async () => {
  const { exitCode, stdout, stderr } = await synth(folderWithoutSettings());
  expect(exitCode).toBe(0);
  expect(stdout).toBe('');
  const note = 'No backstop.config.ts here: using examples/minimal.ts. `backstop init` writes one.';
  const [printed, warnings = ''] = stderr.split(/(?=^WARNING )/m);
  expect(printed?.trim()).toBe(`${note}\n${costTable(monthlyCost(minimal))}`);
  expect(warnings.match(/^WARNING .*/gm)).toEqual([
    expect.stringContaining('alarms are seen in the console only'),
  ]);
  expect(readdirSync(path.join(folder, 'cdk.out'))).toContain('backstop-storage.template.json');
});

test('with settings named nothing but their cost is printed', async () => {
  const { exitCode, stdout, stderr } = await synth(ROOT, '-c', 'settings=examples/peakops.ts');
  const cost = `${costTable(monthlyCost(peakops))}\n`;
  expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: '', stderr: cost });
});

test('faults of the settings fail the synth with their list and without a stack trace', async () => {
  const file = path.join(folder, 'faulty.ts');
  writeFileSync(
    file,
    `export default { name: 'X', databases: { shop: { connection: 'elsewhere', keepDays: { daily: 3 } } } };`,
  );
  const { exitCode, stderr } = await synth(ROOT, '-c', `settings=${file}`);
  expect(exitCode).not.toBe(0);
  expect(stderr).toContain('The settings have 2 faults:\n  name: got "X"');
  expect(stderr).not.toMatch(/^\s+at /m);
});
