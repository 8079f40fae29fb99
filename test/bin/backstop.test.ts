import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const ROOT = path.resolve(__dirname, '../..');

test('a run that falls silent before its outcome is known does not end with 0', async () => {
  const store = mkdtempSync(path.join(tmpdir(), 'silent-'));
  const args = ['--import', 'tsx', '--import', './test/fixtures/answers-nothing.ts'];
  const verb = ['bin/backstop.ts', 'list', '--signer', 'none', '--store', `file:${store}`];
  const child = spawn(process.execPath, [...args, ...verb], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exitCode = await new Promise((resolve) => child.once('close', resolve));
  expect({ exitCode, output }).toEqual({ exitCode: 1, output: '' });
});
