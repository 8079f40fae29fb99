/** What a person is asked before anything is deleted, and what is told. */
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { programOf } from '../../lib/cli/program';
import { DirectoryStore } from '../../lib/runtime/directory-store';
import { createKeyFile, FileSigner } from '../../lib/runtime/file-signer';
import { terminalPrompt } from '../../lib/runtime/prompt';
import { silentReporter } from '../../lib/runtime/reporter';
import { prefixOf, putPoint, type MadePoint } from '../support/made-point';

const NOW = new Date('2026-11-20T12:00:00Z');
const OLD: MadePoint = { startedAt: new Date('2026-09-01T02:00:00Z') };
const NEW: MadePoint = { startedAt: new Date('2026-11-19T02:00:00Z') };

async function shop() {
  const home = mkdtempSync(path.join(tmpdir(), 'prune-'));
  const keyFile = path.join(home, 'key.pem');
  await createKeyFile(keyFile);
  const store = new DirectoryStore(path.join(home, 'store'));
  const signer = await FileSigner.open(keyFile);
  for (const point of [OLD, NEW]) await putPoint(store, signer, point);
  const args = ['--store', store.url, '--signer', `file:${keyFile}`, '--evidence-signer', `file:${keyFile}`];
  const isThere = (point: MadePoint) => existsSync(path.join(home, 'store', prefixOf(point)));
  return { args, isThere };
}

/** @param answer what the person at the terminal types; undefined: there is none */
async function prune(args: readonly string[], answer?: string): Promise<string> {
  let printed = '';
  const { signal } = new AbortController();
  const program = programOf({
    ...{ environment: {}, clock: { now: () => NOW }, signal, reporter: () => silentReporter },
    stdout: { write: (text) => (printed += text) },
    prompt: () => {
      if (answer === undefined) return undefined;
      const [input, output] = [new PassThrough(), new PassThrough()];
      output.on('data', (question: Buffer) => {
        if (question.includes('Type "delete"')) input.write(`${answer}\n`);
      });
      return terminalPrompt(input, output, signal);
    },
  });
  await program.parseAsync(['prune', ...args], { from: 'user' });
  return printed;
}

test('a dry run tells what would go and what stays, and why, and deletes nothing', async () => {
  const { args, isThere } = await shop();
  const text = await prune([...args, '--dry-run']);
  expect(text).toMatch(/Would go:\n.*\n +20260901T020000Z-\S+ +shop +point +4 +\d+ B +expired 2026-10-01T/);
  expect(text).toMatch(/Stays:\n.*\n +20261119T020000Z-\S+ .* not expired before 2026-12-19T/);
  expect(text).toMatch(/1 would go, and \d+ B be free; 1 stay\.$/m);
  expect(isThere(OLD)).toBe(true);
});

test('the word that was asked for deletes, and another one does not', async () => {
  const { args, isThere } = await shop();
  await expect(prune(args, 'y')).rejects.toMatchObject({ kind: 'stopped' });
  expect(isThere(OLD)).toBe(true);
  expect(await prune(args, 'delete')).toMatch(/1 deleted, \d+ B are free; 1 stay\.$/m);
  expect([isThere(OLD), isThere(NEW)]).toEqual([false, true]);
});

test('a pipe is refused without --yes, and so is JSON', async () => {
  const { args, isThere } = await shop();
  const refused = { exitCode: 2, hint: expect.stringContaining('--dry-run') };
  await expect(prune(args)).rejects.toMatchObject(refused);
  await expect(prune([...args, '--json'], 'delete')).rejects.toMatchObject(refused);
  expect(isThere(OLD)).toBe(true);
});

test('--yes asks nobody; JSON has what went, what stays and the bytes', async () => {
  const { args, isThere } = await shop();
  const told: unknown = JSON.parse(await prune([...args, '--yes', '--json']));
  expect(told).toMatchObject({
    ...{ dryRun: false, freedBytes: expect.any(Number) },
    goes: [{ kind: 'point', database: 'shop', objects: 4 }],
    stays: [{ kind: 'point', why: expect.stringContaining('not expired') }],
  });
  expect(isThere(OLD)).toBe(false);
});

test('a bucket is refused before anything else is asked', async () => {
  await expect(prune(['--store', 's3://shop-backups'])).rejects.toMatchObject({
    ...{ exitCode: 2, message: expect.stringContaining('no directory') },
  });
});
