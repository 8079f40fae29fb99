/**
 * `npm run image [-- MAJOR]`: builds both images without Docker; then they back up, restore and drill as tasks of Fargate
 * would: their own user, a read-only root, all they know by environment. Exits with 0 only where each step did what it should.
 * Needs root and Debian's packages buildah and debootstrap.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { auditPrefix } from '../../lib/contract/audit-event';
import { ENVIRONMENT } from '../../lib/contract/environment';
import { EXIT_CODES } from '../../lib/contract/failure';
import { manifestPrefix } from '../../lib/contract/object-keys';
import { IMAGE_TARGETS, IMAGE_USER, WRITABLE_FOLDERS, type ImageTarget } from '../../lib/contract/task-image';
import { Report } from '../rehearsal/report';
import { Stage } from '../rehearsal/stage';
import { startEmulator } from '../support/emulator';
import { query, startCluster } from '../support/postgres-cluster';
import { publishSharedServers } from '../support/shared-servers';
import { eventually } from '../support/spawn';
import { drillImage } from './drill-image';
import { BULK, DATABASE, keysBelow, setUpStore, succeeded, tasksImage } from './image-stage';
import { rehearseDrill } from './rehearse-drill';
import { startTask } from './task';

const COUNTS = `SELECT (SELECT count(*) FROM customer)::int AS customers, (SELECT count(*) FROM event)::int AS events`;

async function rehearse(stage: Stage, report: Report, major: number): Promise<void> {
  const environment = await setUp(stage, major);
  const run = (args: readonly string[], changes: Readonly<Record<string, string>> = {}) =>
    startTask(tasksImage(major), args, { ...environment.task, ...changes });

  for (const image of [tasksImage(major), drillImage(major)])
    await report.step(
      `The image ${image} is what the task definitions take it for`,
      async () => (await startTask(image, ['--entrypoint', '/bin/sh', '-c', LOOK_AROUND], {}).ended).output,
      (output) => {
        const writable = Object.values(WRITABLE_FOLDERS).sort().join(' ');
        assert.equal(
          output.trim(),
          `${IMAGE_USER} first process; node 711 root:root, closed; writable: ${writable}`,
        );
        return output.trim();
      },
    );
  await report.step(
    'A backup by environment alone',
    async () => succeeded(await run(['backup']).ended),
    ({ output, seconds }) => `${/Recovery point \S+/.exec(output)?.[0] ?? output} in ${seconds.toFixed(1)} s`,
  );
  await report.step(
    'It restores, and is compared row by row',
    async () => {
      const restored = succeeded(await run(['restore', 'newest']).ended);
      const [before] = await query(environment.source, COUNTS);
      const [after] = await query(environment.restored, COUNTS);
      assert.deepEqual(after, before);
      assert.match(restored.output, /It is what was backed up: no difference/);
      return restored;
    },
    ({ seconds }) => `no difference, in ${seconds.toFixed(1)} s`,
  );
  await report.step(
    'A task that is stopped says so, and leaves no recovery point',
    async () => {
      const points = await keysBelow(environment.store, manifestPrefix(DATABASE));
      const history = await keysBelow(environment.store, auditPrefix('backup', DATABASE));
      const task = run(['backup'], { [ENVIRONMENT.compression]: 'gzip:9' });
      await eventually('the backup begins', async () => {
        const begun = await keysBelow(environment.store, auditPrefix('backup', DATABASE));
        assert.equal(begun.length, history.length + 1);
      });
      task.stop();
      const { exitCode, output } = await task.ended;
      assert.equal(exitCode, EXIT_CODES.stopped, output);
      assert.deepEqual(await keysBelow(environment.store, manifestPrefix(DATABASE)), points);
      assert.equal(
        (await keysBelow(environment.store, auditPrefix('backup', DATABASE))).length,
        history.length + 2,
      );
      return exitCode;
    },
    (exitCode) => `exit code ${exitCode}, and the audit has its end`,
  );
}

/** Prints user, process id, whether a process of Node can be looked into by its own user, and what can be written. */
const LOOK_AROUND = `
  [ $$ = 1 ] && first='first process'
  writable=$(for folder in / /opt /opt/backstop /etc /usr /var /var/tmp /run /dev /home /scratch /tmp; do
    touch "$folder/probe" 2>/dev/null && printf ' %s' "$folder"
  done)
  node=/usr/local/bin/node
  seen=$($node --eval "try { fs.readFileSync('/proc/self/environ'); } catch ({ code }) { console.log(code); }")
  [ "$seen" = EACCES ] && closed=', closed'
  echo "$(id -u):$(id -g) $first; node $(stat -c '%a %U:%G' $node)$closed; writable:$writable"`;

async function setUp(stage: Stage, major: number) {
  const [emulator, cluster] = await Promise.all([stage.use(startEmulator()), stage.use(startCluster(major))]);
  publishSharedServers({ postgres: {}, emulator: emulator.endpoint });
  const source = await cluster.createDatabase(DATABASE);
  await query(source, BULK);
  const { store, environment } = await setUpStore();
  const server = `postgres://backstop@127.0.0.1:${cluster.port}`;
  const task = {
    ...environment,
    [ENVIRONMENT.from]: `${server}/${DATABASE}`,
    [ENVIRONMENT.slot]: new Date().toISOString(),
    [ENVIRONMENT.to]: server,
    [ENVIRONMENT.targetDatabase]: 'restored',
  };
  return { task, store, source, restored: cluster.url('restored') };
}

function build(major: number, target: ImageTarget): void {
  const script = path.resolve(__dirname, '../../containers/build-without-docker');
  const { status } = spawnSync(script, [String(major), target], { stdio: 'inherit' });
  if (status !== 0) throw new Error('The image was not built; the reason stands above.');
}

async function main(): Promise<number> {
  const major = Number(process.argv[2] ?? 17);
  for (const target of IMAGE_TARGETS) build(major, target);
  const [stage, report] = [new Stage(), new Report(process.stdout)];
  try {
    await rehearse(stage, report, major);
    await rehearseDrill(stage, report, major);
    report.end();
    return 0;
  } catch (error) {
    report.fail(error);
    return 1;
  } finally {
    await stage.close(() => Promise.resolve());
  }
}

main().then(
  (exitCode) => process.exit(exitCode),
  (error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exit(1);
  },
);
