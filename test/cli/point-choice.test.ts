import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DirectoryStore } from '../../lib/runtime/directory-store';
import { createKeyFile, FileSigner } from '../../lib/runtime/file-signer';
import { backstop } from '../support/backstop-cli';
import { putPoint } from '../support/made-point';

const DAY_MS = 86_400_000;
const now = Date.now();
const at = (days: number) => new Date(now - days * DAY_MS);

let env: Record<string, string>;
beforeAll(async () => {
  const home = mkdtempSync(path.join(tmpdir(), 'choice-'));
  const publicKey = await createKeyFile(path.join(home, 'key.pem'));
  const signer = await FileSigner.open(path.join(home, 'key.pem'));
  const store = new DirectoryStore(path.join(home, 'store'));
  for (const days of [1, 3]) await putPoint(store, signer, { startedAt: at(days) });
  env = { BACKSTOP_STORE: store.url, BACKSTOP_PUBLIC_KEYS: publicKey };
});

const verbs = [['show'], ['check'], ['restore'], ['drill']] as const;

test('--at takes the place of an id', async () => {
  const { exitCode, stdout } = await backstop(['show', '--json', '--at', at(2).toISOString()], env);
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ manifest: { snapshotAt: at(3).toISOString() } });
  const checked = await backstop(['check', '--at', at(2).toISOString()], env);
  expect(checked).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('1 valid') });
});

test.each(verbs)('%s refuses an instant without a zone, and what is no date', async (verb) => {
  for (const wrong of ['2026-11-20T01:30:00', '2026-11-20', '2026-02-30T01:30:00Z', 'yesterday']) {
    const { exitCode, stderr } = await backstop([verb, '--at', wrong], env);
    expect({ wrong, exitCode }).toEqual({ wrong, exitCode: 2 });
    expect(stderr).toContain('2026-11-20T01:30:00Z');
  }
});

test('an id beside an instant is refused, and so is neither', async () => {
  const both = await backstop(['show', '20261120T020000Z', '--at', at(2).toISOString()], env);
  expect(both).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('Both are given') });
  const neither = await backstop(['restore', '--to', 'postgres://h', '--target-database', 'x'], env);
  expect(neither).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('No recovery point is named'),
  });
});
