import { alarmName, ALARMS, parseAlarmName, runbookLink, type AlarmName } from '../../lib/contract/alarms';

test.each(Object.keys(ALARMS) as AlarmName[])('the name of %s can be read back', (name) => {
  expect(parseAlarmName(alarmName('my-backups', name))).toEqual({ installation: 'my-backups', name });
  const ofDatabase = { installation: 'my-backups', name, database: 'shop-eu.orders' };
  expect(
    parseAlarmName(alarmName('my-backups', name, { name: 'shop-eu.orders', stack: 'databases-2' })),
  ).toEqual(ofDatabase);
});

test.each([
  'CpuHigh',
  'test-BackupLost-shop',
  'test-BackupMissing-shop',
  'test-BackupMissingshop',
  'BackupMissing',
  'test-toString',
])('%s is none of our alarms', (name) => {
  expect(parseAlarmName(name)).toBeUndefined();
});

test('a link leads to the heading of the runbook', () => {
  expect(runbookLink('https://example.com/runbook', 'BackupMissing')).toBe(
    'https://example.com/runbook#backupmissing',
  );
});
