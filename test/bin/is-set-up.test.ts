import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const project = path.resolve(__dirname, '../..');

test('in a fresh clone the program says that it is to be set up, and how', () => {
  const clone = mkdtempSync(path.join(tmpdir(), 'clone-'));
  try {
    mkdirSync(path.join(clone, 'bin'));
    for (const file of ['package.json', 'bin/is-set-up.js', 'bin/backstop.ts'])
      cpSync(path.join(project, file), path.join(clone, file));
    const { scripts } = JSON.parse(readFileSync(path.join(clone, 'package.json'), 'utf8')) as {
      readonly scripts: Readonly<Record<string, string>>;
    };
    const [program = '', ...args] = (scripts['backstop'] ?? '').split(' ');
    const { status, stderr } = spawnSync(program, args, { cwd: clone, encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining('npm run setup') });
  } finally {
    rmSync(clone, { recursive: true });
  }
});
