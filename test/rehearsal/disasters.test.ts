/** Each disaster as somebody rehearses it, with a small database. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { codeBlocks, read, tableRows } from '../docs/markdown';
import { TEST_PASSWORD } from '../support/postgres-cluster';
import { DISASTERS } from './disasters/all';
import { DISASTER_NAMES } from './disasters/disaster';
import { commandsOf, looks, variables } from './disasters/runbook';
import { missed, targetsOf } from './disasters/targets';

const PROGRAM = path.join(__dirname, 'rehearse-disasters.ts');
const PAGE = read('docs/runbook.md');

function rehearse(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', PROGRAM, ...args], {
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

test('each disaster of the runbook is rehearsed, and each rehearsed one is there', () => {
  const [, section = ''] = /^## Disasters\n([\s\S]*?)^### Targets/m.exec(PAGE) ?? [];
  const headings = [...section.matchAll(/^### (.+)$/gm)].map(([, heading]) => heading);
  expect(new Set(headings)).toEqual(new Set(DISASTERS.map(({ heading }) => heading)));
  expect(new Set(DISASTERS.map(({ name }) => name))).toEqual(new Set(DISASTER_NAMES));
});

test.each(DISASTERS)('$heading says when, when not, what to type and what to watch', ({ heading }) => {
  const [, section = ''] = new RegExp(`^### ${heading}\n([^]*?)^### `, 'm').exec(PAGE) ?? [];
  const parts = [...section.matchAll(/^\*\*(When|When not|Commands|Watch)\.\*\*/gm)].map(([, part]) => part);
  expect(parts).toEqual(['When', 'When not', 'Commands', 'Watch']);
});

test('every command of Backstop in the runbook is one that a rehearsal types', () => {
  const typed = [...DISASTERS.flatMap(({ heading }) => commandsOf(heading)), ...looks()].join('\n');
  const written = codeBlocks(PAGE)
    .flatMap(({ text }) => text.split('\n'))
    .filter((line) => line.trimStart().startsWith('backstop '));
  expect(written.length).toBeGreaterThan(20);
  expect(looks().length).toBeGreaterThan(4);
  expect(written.filter((line) => !typed.includes(line))).toEqual([]);
});

test('every variable of the commands is one that the page tells to set, or that libpq has', () => {
  const used = DISASTERS.flatMap(({ heading }) => commandsOf(heading)).join('\n');
  const names = new Set([...used.matchAll(/\$(\w+)/g)].map(([, name]) => name));
  expect([...names].filter((name) => !variables().includes(name ?? ''))).toEqual([]);
});

test('the runbook states the targets that are held against what is measured', () => {
  const stated = tableRows(PAGE, 'Targets');
  expect(stated).toEqual(
    DISASTERS.map(({ name, heading }) => [
      heading,
      ...targetsOf(name).map(({ rpoHours, rtoMinutes }) => `${rpoHours} h / ${rtoMinutes} min`),
    ]),
  );
});

test('a target that is not kept is told by system', () => {
  expect(missed({ name: 'database-corruption' }, { lossSeconds: 10, recoverySeconds: 10 })).toEqual([]);
  expect(missed({ name: 'database-corruption' }, { lossSeconds: 3601, recoverySeconds: 16 * 60 })).toEqual([
    'deltacrown: more than 1 h are lost',
    'deltacrown: longer than 15 min',
  ]);
  const told = { name: 'backups-failing-unnoticed', lossIsTold: true } as const;
  expect(missed(told, { lossSeconds: 31 * 86_400, recoverySeconds: 10 })).toEqual([]);
});

test('what is not known is refused with what is', () => {
  expect(rehearse('flood')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('flood is named; allowed are --all and database-corruption') as string,
  });
});

test('all of them are recovered from by the commands of the runbook, within every target', () => {
  const { status, stdout, stderr } = rehearse('--all', '--megabytes', '20');
  expect(stderr).toBe('');
  for (const { name } of DISASTERS) expect(stdout).toMatch(new RegExp(`^${name} .* yes$`, 'm'));
  expect(stdout).not.toContain(TEST_PASSWORD);
  expect(status).toBe(0);
}, 900_000);
