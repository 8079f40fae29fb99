/** What `backup` takes from a task's environment, and what it refuses before it begins. */
import { EXIT_CODES } from '../../lib/contract/failure';
import { ENVIRONMENT } from '../../lib/contract/environment';
import { backstop } from '../support/backstop-cli';

test.each([
  ['slot', '<aws.scheduler.scheduled-time>', 'It must be an instant such as 2026-11-20T02:00:00Z.'],
  ['storageClasses', 'weekly=ICE', 'Storage classes are STANDARD_IA, GLACIER_IR, GLACIER, DEEP_ARCHIVE.'],
  ['storageClasses', 'fortnightly=GLACIER', 'Classes are hourly, daily, weekly, monthly, yearly.'],
  ['storageClasses', 'weekly', 'Write weekly=STORAGE_CLASS.'],
  ['keep', 'weekly', 'Write weekly=DAYS.'],
  ['auth', 'kerberos', 'Allowed choices are password, rds-iam.'],
] as const)('%s may not be %s', async (name, value, message) => {
  const { exitCode, stderr } = await backstop(['backup'], { [ENVIRONMENT[name]]: value });
  expect({ exitCode, stderr }).toEqual({
    exitCode: EXIT_CODES.usage,
    stderr: expect.stringContaining(message) as string,
  });
});

test('a token of RDS is refused to a connection that could be read', async () => {
  const { exitCode, stderr } = await backstop(['backup', '--store', 'file:x', '--signer', 'none'], {
    [ENVIRONMENT.database]: 'shop',
    [ENVIRONMENT.from]: 'postgres://backup@db.example.com/shop?sslmode=disable',
    [ENVIRONMENT.auth]: 'rds-iam',
  });
  expect({ exitCode, stderr }).toEqual({
    exitCode: EXIT_CODES.usage,
    stderr: expect.stringContaining('RDS IAM authentication needs TLS') as string,
  });
});
