/**
 * What code of an archive gets in a drill of the image: it runs with the rights of a superuser on a server of the program's own
 * uid, so it may start programs. It must get no credentials that way. Needs root, to run as somebody else.
 */
import { execFile, execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { TASK_DOCKERFILE } from '../../../lib/contract/task-image';
import { createKeyFile } from '../../../lib/runtime/file-signer';
import { query, serverBinDirectory } from '../../support/postgres-cluster';
import { freshDatabase } from '../../support/shared-servers';
import { unprivileged } from '../../support/spawn';
import { readDockerfile, textsOf } from './dockerfile';

const ROOT = path.resolve(__dirname, '../../..');
const CREDENTIALS = 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI';
const SECRET = '/v2/credentials/only-for-tests';

/** As the image of drills starts it: the mode of Node, and the words between Node and the program. */
const inImage = readDockerfile(path.join(ROOT, TASK_DOCKERFILE)).stages.find(({ name }) => name === 'drill')!;
const [, ...entryPoint] = JSON.parse(textsOf(inImage, 'ENTRYPOINT').join('')) as string[];
const IMAGE = {
  mode: parseInt(/--chmod=(\d+) .*\/node$/m.exec(textsOf(inImage, 'COPY').join('\n'))?.[1] ?? '755', 8),
  options: entryPoint.slice(0, -1),
};
/** As Node is installed everywhere else; the debugger at any port, as others may run here. */
const ORDINARY = { mode: 0o755, options: ['--inspect-port=0'] };

/** Started by a session of the throw-away server, whose parent's parent is the drill. */
const ATTACK = `#!/bin/sh
parent() { sed -n 's/^PPid:[[:space:]]*//p' "/proc/$1/status"; }
drill=$(parent "$(parent "$1")")
cat "/proc/$drill/comm" "/proc/$drill/environ" "/proc/$drill/maps" 2>&1
kill -USR1 "$drill"
sleep 0.5
`;

let home: string;
beforeAll(async () => {
  if (unprivileged === undefined) return;
  home = mkdtempSync(path.join(tmpdir(), 'restored-code-'));
  chmodSync(home, 0o755);
  execFileSync('npm', ['run', '--silent', 'bundle', '--', `--outfile=${home}/main.js`], { cwd: ROOT });
  writeFileSync(path.join(home, 'attack'), ATTACK, { mode: 0o755 });
  copyFileSync(process.execPath, path.join(home, 'node'));
  await createKeyFile(path.join(home, 'key.pem'));
  chownSync(path.join(home, 'key.pem'), unprivileged.uid, unprivileged.gid);
  for (const folder of ['scratch', 'store', 'loot']) {
    mkdirSync(path.join(home, folder));
    chownSync(path.join(home, folder), unprivileged.uid, unprivileged.gid);
  }
  await backUp(await databaseThatAttacks());
});
afterAll(() => {
  if (unprivileged !== undefined) rmSync(home, { recursive: true });
});

/** Its rows are checked by a function when they are loaded; at its source the function does nothing. */
async function databaseThatAttacks(): Promise<string> {
  const url = await freshDatabase(15);
  await query(
    url,
    `CREATE FUNCTION harmless(text) RETURNS boolean LANGUAGE plpgsql AS $code$
     BEGIN
       IF current_user LIKE 'drill\\_%' THEN
         EXECUTE format('COPY (SELECT 1) TO PROGRAM %L', '${home}/attack ' || pg_backend_pid() || ' > ${home}/loot/loot');
       END IF;
       RETURN true;
     END $code$;
     CREATE TABLE customer (name text CHECK (harmless(name)));
     INSERT INTO customer VALUES ('Ada')`,
  );
  return url;
}

const ENVIRONMENT_OF_TASK = () => ({
  PATH: process.env['PATH'] ?? '',
  BACKSTOP_STORE: `file:${home}/store`,
  BACKSTOP_SIGNER: `file:${home}/key.pem`,
  BACKSTOP_EVIDENCE_SIGNER: `file:${home}/key.pem`,
  BACKSTOP_DATABASE: 'shop',
  BACKSTOP_POSTGRES_BIN: serverBinDirectory(15) ?? '',
  BACKSTOP_SCRATCH: `${home}/scratch`,
});

function runTask(options: readonly string[], args: readonly string[], env: Readonly<Record<string, string>>) {
  return new Promise<{ exitCode: unknown; output: string }>((resolve) => {
    const command = [...options, `${home}/main.js`, ...args];
    const how = { cwd: home, env: { ...ENVIRONMENT_OF_TASK(), ...env }, ...unprivileged };
    execFile(`${home}/node`, command, how, (error, stdout, stderr) => {
      resolve({ exitCode: error === null ? 0 : error.code, output: stdout + stderr });
    });
  });
}

async function backUp(url: string): Promise<void> {
  const { exitCode, output } = await runTask([], ['backup'], { BACKSTOP_FROM: url });
  if (exitCode !== 0) throw new Error(output);
}

/** What the program of the attacker printed, and what the drill did. */
async function drill({ mode, options }: typeof IMAGE) {
  chmodSync(path.join(home, 'node'), mode);
  const drilled = await runTask(options, ['drill', 'newest'], { [CREDENTIALS]: SECRET });
  return { ...drilled, loot: readFileSync(path.join(home, 'loot/loot'), 'utf8') };
}

// Whoever is not root cannot give Node another owner, nor run as somebody else.
const asRoot = unprivileged === undefined ? describe.skip : describe;
asRoot('code of an archive that runs programs in a drill (needs root)', () => {
  test('reads neither environment nor memory of the program, and gets no debugger in it', async () => {
    const { exitCode, output, loot } = await drill(IMAGE);
    expect({ exitCode, output }).toEqual({ exitCode: 0, output: expect.stringContaining('proven') });
    expect(output).not.toMatch(/debugger|inspector/i);
    expect(loot).toContain('/environ: Permission denied');
    expect(loot).toContain('/maps: Permission denied');
    expect(loot).not.toContain(SECRET);
  });

  test('would, were Node as it is elsewhere', async () => {
    const { output, loot } = await drill(ORDINARY);
    expect(loot).toContain(`${CREDENTIALS}=${SECRET}`);
    expect(output).toMatch(/Debugger listening/);
  });
});
