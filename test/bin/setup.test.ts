/** bin/setup installs what is missing and nothing else. It runs in a copy, among fake npm, apt-get and python3. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const project = path.resolve(__dirname, '../..');
const lock = JSON.stringify({ packages: { '': {}, 'node_modules/pg': { version: '2.0.0' } } });

/** Each fake writes its arguments to the log first. */
const NPM_WORKS = `mkdir -p node_modules/node/bin && touch node_modules/node/bin/node && cp package-lock.json node_modules/.package-lock.json`;
const NPM_SKIPS_SCRIPTS = `mkdir -p node_modules && cp package-lock.json node_modules/.package-lock.json`;
const PYTHON_WITH_MOTO = `case "$*" in *moto.server*) echo moto 5.2.1;; esac`;
/** Makes an environment whose Python is this same program, and imports moto only there and after pip. */
const PYTHON_WITH_PIP = `case "$*" in
  *moto.server*) [ -e "$(dirname "$0")/installed" ] && echo moto 5.2.1;;
  '-m venv '*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python";;
  '-m pip install '*) touch "$(dirname "$0")/installed";;
esac`;
const PYTHON_WITHOUT_ANYTHING = 'exit 1';
const FAILS = 'exit 1';

describe('setup', () => {
  let home: string;
  const at = (...parts: string[]) => path.join(home, ...parts);

  beforeEach(() => {
    home = mkdtempSync(path.join(tmpdir(), 'backstop-setup-'));
    for (const file of ['bin/setup', 'test/support/find-postgres.js', 'test/support/find-chromium.js'])
      cpSync(path.join(project, file), at(file));
    // The servers are those of this machine: they are here, since the tests run.
    mkdirSync(at('.tools'));
    for (const major of [15, 17])
      symlinkSync(path.join(project, `.tools/postgres-${major}`), at(`.tools/postgres-${major}`));
    writeFileSync(at('package-lock.json'), lock);
    mkdirSync(at('fakes'));
    fake('npm', NPM_WORKS);
    fake('python3', PYTHON_WITH_MOTO);
    fake('apt-get', FAILS);
    fake('chromium', '');
  });

  afterEach(() => {
    rmSync(home, { recursive: true });
  });

  function fake(name: string, does: string): void {
    writeFileSync(at('fakes', name), `#!/bin/sh\necho "${name} $*" >> '${at('log')}'\n${does}\n`);
    chmodSync(at('fakes', name), 0o755);
  }

  function setUp(more: NodeJS.ProcessEnv = {}) {
    writeFileSync(at('log'), '');
    const env = { ...process.env, CI: 'false', PATH: `${at('fakes')}:${process.env['PATH'] ?? ''}`, ...more };
    const { status, stdout, stderr } = spawnSync(process.execPath, [at('bin/setup')], {
      env,
      encoding: 'utf8',
    });
    return { status, said: stdout + stderr, ran: readFileSync(at('log'), 'utf8') };
  }

  test('installs the packages where there are none, and leaves them alone afterwards', () => {
    const first = setUp();
    expect(first).toMatchObject({ status: 0, said: expect.stringContaining('node_modules is missing') });
    expect(first.ran).toContain('npm ci');
    const second = setUp();
    expect(second).toMatchObject({ status: 0, said: expect.stringContaining('Ready') });
    expect(second.ran).not.toContain('npm');
  });

  test('installs the packages again when the lock file names another version', () => {
    setUp();
    writeFileSync(at('package-lock.json'), lock.replace('2.0.0', '2.0.1'));
    const { said, ran } = setUp();
    expect(said).toContain('node_modules/pg is not the version in package-lock.json');
    expect(ran).toContain('npm ci');
  });

  test('takes no notice of packages for other platforms', () => {
    setUp();
    const packages = {
      ...JSON.parse(lock).packages,
      'node_modules/for-mac': { version: '1.0.0', optional: true },
    };
    writeFileSync(at('package-lock.json'), JSON.stringify({ packages }));
    expect(setUp().ran).not.toContain('npm');
  });

  test.each([
    ['npm ci fails', FAILS, 'npm ci failed'],
    ['npm skips the install scripts', NPM_SKIPS_SCRIPTS, '--ignore-scripts=false'],
  ])('ends with 1 and says why when %s', (_, npm, text) => {
    fake('npm', npm);
    expect(setUp()).toMatchObject({ status: 1, said: expect.stringContaining(text) });
  });

  test('installs the pinned emulator where no Python has it, once', () => {
    fake('python3', PYTHON_WITH_PIP);
    const first = setUp();
    expect(first).toMatchObject({ status: 0, said: expect.stringContaining('moto 5.2.1') });
    expect(first.ran).toMatch(/-m pip install .*moto\[server\]==\d+\.\d+\.\d+/);
    expect(setUp().ran).not.toContain('pip');
  });

  describe('where there is no browser', () => {
    /** Of the machine's programs only what the fakes call: no browser among them. */
    const alone = () => ({ PATH: at('fakes'), CHROME_PATH: '' });

    beforeEach(() => {
      rmSync(at('fakes/chromium'));
      const tools = ['mkdir', 'touch', 'cp', 'chmod', 'dirname'];
      const folders = (process.env['PATH'] ?? '').split(path.delimiter);
      for (const tool of tools) {
        const found = folders.map((folder) => path.join(folder, tool)).find((file) => existsSync(file));
        symlinkSync(found!, at('fakes', tool));
      }
    });

    test("installs Debian's, once", () => {
      fake('apt-get', `case "$*" in *' chromium') touch '${at('fakes/chromium')}';; esac`);
      const asRoot = process.getuid?.() === 0;
      const first = setUp(alone());
      expect(first.ran.includes('--no-install-recommends chromium')).toBe(asRoot);
      expect(first).toMatchObject({ status: 0, said: expect.stringContaining('Ready') });
      expect(setUp(alone()).ran.includes('chromium')).toBe(false);
    });

    test("installs it though apt's own account may write no temporary file", () => {
      const sandbox = 'APT::Sandbox::User=root';
      fake(
        'apt-get',
        `case "$*" in --version|*'${sandbox}'*update) ;; *'${sandbox}'*' chromium') touch '${at('fakes/chromium')}';; *) exit 100;; esac`,
      );
      if (process.getuid?.() === 0) expect(setUp(alone()).said).toContain(', chromium.');
    });

    test('warns that the page will not be tested, which is an error where everything must be', () => {
      const warned = setUp(alone());
      expect(warned).toMatchObject({
        status: 0,
        said: expect.stringContaining(
          'WARNING. There is no Chromium here: the status page will not be tested.',
        ),
      });
      expect(setUp({ ...alone(), CI: 'true' })).toMatchObject({
        status: 1,
        said: expect.stringContaining('With CI=true this is an error.'),
      });
    });

    test('takes the one that CHROME_PATH names', () => {
      writeFileSync(at('my-chrome'), '');
      expect(setUp({ ...alone(), CHROME_PATH: at('my-chrome') }).said).toContain(', my-chrome.');
    });
  });

  test('ends with 1 and prints the commands where the emulator cannot be had', () => {
    fake('python3', PYTHON_WITHOUT_ANYTHING);
    const { status, said } = setUp();
    expect(status).toBe(1);
    expect(said).toContain('.tools/moto/bin/pip install');
  });
});
