/** What an operator is told of the alarms of an installation, and of no other one. */
import { CloudWatchClient, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import { ALARMS, DATABASE_ALARMS } from '../../lib/contract/alarms';
import { backstop } from '../support/backstop-cli';
import { clientOptions } from '../support/emulator';
import { makeInstallation, newName, RUNBOOK, type MadeInstallation } from '../support/made-installation';
import { typed } from '../support/operator-terminal';
import { emulatorEnvironment, sharedServers } from '../support/shared-servers';

interface ToldAlarms {
  readonly installation: string;
  readonly alarms: readonly Record<string, unknown>[];
  readonly missing: readonly unknown[];
}

/** Of the installation in trouble: two databases, and of each one alarm is not there. */
const COUNT = Object.keys(ALARMS).length + DATABASE_ALARMS.length - 2;

let cloudWatch: CloudWatchClient;
let well: MadeInstallation;
let troubled: MadeInstallation;

const set = (AlarmName: string, StateValue: 'ALARM' | 'INSUFFICIENT_DATA', StateReason: string) =>
  cloudWatch.send(new SetAlarmStateCommand({ AlarmName, StateValue, StateReason }));
const told = async (...args: string[]) =>
  JSON.parse(await typed(['alarms', '--json', ...args])) as ToldAlarms;

beforeAll(async () => {
  Object.assign(process.env, emulatorEnvironment());
  cloudWatch = new CloudWatchClient(clientOptions(sharedServers().emulator));
  const name = newName();
  well = await makeInstallation({ name });
  troubled = await makeInstallation({
    name: `${name}-two`,
    databases: ['shop', 'web'],
    without: ['HoldStale'],
    silenced: ['GuardrailChanged'],
  });
  await set(troubled.alarm('DrillMissing', 'web'), 'ALARM', 'older than 30 h\u001b[2J');
  await set(troubled.alarm('BackupFailed', 'web'), 'ALARM', 'one run failed');
  await set(troubled.alarm('RestoreTooSlow', 'shop'), 'INSUFFICIENT_DATA', 'nothing yet');
});
afterAll(() => {
  cloudWatch.destroy();
});

test('an installation that is well has all alarms, and nothing of another one whose name begins alike', async () => {
  const { alarms, missing } = await told('--installation', well.name, '--exit-code');
  expect(alarms).toHaveLength(Object.keys(ALARMS).length);
  expect(missing).toEqual([]);
  expect(new Set(alarms.map(({ state }) => state))).toEqual(new Set(['OK']));
  expect(alarms.every(({ alarm }) => !String(alarm).includes('-two-'))).toBe(true);
});

test('what came stands first, by severity, with database, reason, since when and its own runbook', async () => {
  const { alarms } = await told('--installation', troubled.name);
  expect(alarms.slice(0, 3).map(({ state, name, database }) => [state, name, database])).toEqual([
    ['ALARM', 'BackupFailed', 'web'],
    ['ALARM', 'DrillMissing', 'web'],
    ['INSUFFICIENT_DATA', 'RestoreTooSlow', 'shop'],
  ]);
  expect(alarms[0]).toEqual({
    ...{ name: 'BackupFailed', database: 'web', severity: 'high', state: 'ALARM' },
    since: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string,
    ...{ reason: 'one run failed', actionsEnabled: true, runbook: `${RUNBOOK}#backupfailed` },
    alarm: troubled.alarm('BackupFailed', 'web'),
  });
});

test('alarms that are not there are told for each database of which there is one, and so are silenced ones', async () => {
  const { alarms, missing } = await told('--installation', troubled.name);
  expect(missing).toEqual([
    { name: 'HoldStale', database: 'shop' },
    { name: 'HoldStale', database: 'web' },
  ]);
  expect(alarms.filter(({ actionsEnabled }) => actionsEnabled === false)).toMatchObject([
    { name: 'GuardrailChanged', database: null },
  ]);
});

test('a person reads the table, each reason with what to do, and words that steer no terminal', async () => {
  const text = await typed(['alarms', '--installation', troubled.name]);
  expect(text).toMatch(/^STATE +SINCE \(UTC\) +FOR +SEVERITY +ALARM +DATABASE +TELLS\n/);
  expect(text).toMatch(/\nALARM +\d{4}-\d\d-\d\d \d\d:\d\d +[\d.]+ \S+ +high +BackupFailed +web +yes\n/);
  expect(text).toContain(
    `ALARM BackupFailed of web: one run failed\n  What to do: ${RUNBOOK}#backupfailed\n`,
  );
  expect(text).toContain(`--alarm-names ${troubled.alarm('GuardrailChanged')}\n`);
  expect(text).toMatch(/CloudWatch has not:\n  HoldStale of shop\n  HoldStale of web\n/);
  expect(text).toContain(
    `${COUNT} alarms of ${troubled.name}: 2 in ALARM, 1 without data, ${COUNT - 3} OK, 1 tell nobody, 2 missing.\n`,
  );
  expect(text).not.toContain('\u001b');
});

test('one database alone', async () => {
  const { alarms, missing } = await told('--installation', troubled.name, '--database', 'shop');
  expect(new Set(alarms.map(({ database }) => database))).toEqual(new Set(['shop']));
  expect(missing).toEqual([{ name: 'HoldStale', database: 'shop' }]);
});

test('--exit-code ends with 13 where something needs attention, and prints it all the same', async () => {
  const args = ['alarms', '--exit-code', '--json'];
  // The variable of other verbs hides no alarm of the installation.
  const database = { BACKSTOP_DATABASE: 'shop' };
  const env = { ...emulatorEnvironment(), ...database, BACKSTOP_INSTALLATION: troubled.name };
  const { exitCode, stdout, stderr } = await backstop(args, env);
  expect(exitCode).toBe(13);
  expect((JSON.parse(stdout) as ToldAlarms).alarms).toHaveLength(COUNT);
  expect(stderr).toContain('"needs-attention"');
});

test.each([
  [[], 'It is not said which installation is meant.'],
  [['--installation', 'nobodys'], 'There is no alarm of an installation nobodys in eu-central-1.'],
] as const)('%j is refused', async (args, message) => {
  await expect(typed(['alarms', ...args])).rejects.toMatchObject({ kind: 'usage', message });
});

test('a database that has none is refused', async () => {
  const args = ['alarms', '--installation', well.name, '--database', 'sohp'];
  await expect(typed(args)).rejects.toMatchObject({ kind: 'usage' });
});
