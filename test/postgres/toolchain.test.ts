import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseClientVersion, toolchainFor } from '../../lib/postgres/toolchain';
import { sharedMajors } from '../support/shared-servers';

function folderWith(script: string): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'programs-'));
  writeFileSync(path.join(directory, 'pg_dump'), `#!/bin/sh\n${script}\n`);
  chmodSync(path.join(directory, 'pg_dump'), 0o755);
  return directory;
}

test.each(sharedMajors())('the programs of major %d are found where they usually lie', async (major) => {
  const toolchain = await toolchainFor(major);
  expect(toolchain).toMatchObject({ major, version: expect.stringMatching(new RegExp(`^${major}\\.`)) });
});

test('a client of another major is refused, and both are named', async () => {
  const directory = folderWith('echo "pg_dump (PostgreSQL) 14.9"');
  await expect(toolchainFor(15, directory)).rejects.toMatchObject({
    kind: 'no-client',
    message: `The server is PostgreSQL 15; the client programs found here are: 14.9 in ${directory}.`,
    hint: expect.stringContaining('postgresql-client-15'),
  });
});

test.each(['exit 127', 'echo nonsense'])('a pg_dump that does not work (%s) is named', async (script) => {
  const directory = folderWith(script);
  await expect(toolchainFor(15, directory)).rejects.toMatchObject({
    kind: 'no-client',
    message: expect.stringContaining(`${directory}/pg_dump does not work`),
  });
});

test.each([
  ['pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)', '15.18'],
  ['pg_dump (PostgreSQL) 19beta1', '19beta1'],
])('%s is version %s', (text, version) => {
  expect(parseClientVersion(text)).toBe(version);
});
