/** One way into the database, and one that is safe. */
import type { BackedUpDatabase } from './database-schema';
import type { Fault, Path } from './faults';

export function connectionFaults(path: Path, { connection }: Pick<BackedUpDatabase, 'connection'>): Fault[] {
  if (connection === 'elsewhere') return [];
  const { password, rdsIam, tls } = connection;
  const given = [
    ...(password === undefined ? [] : ['password']),
    ...(rdsIam === undefined ? [] : ['rdsIam']),
  ];
  return [
    ...(given.length === 1
      ? []
      : [
          {
            path: [...path, 'connection'],
            got: given.join(' and ') || 'neither password nor rdsIam',
            allowed: 'exactly one of password and rdsIam',
            hint: "Name the password's secret, or the resource id of an RDS instance with IAM authentication.",
          },
        ]),
    ...(rdsIam === undefined || tls.mode.startsWith('verify')
      ? []
      : [
          {
            path: [...path, 'connection', 'tls', 'mode'],
            got: tls.mode,
            allowed: 'verify-full or verify-ca with rdsIam: a token must not reach another server',
            hint: "Leave mode out, and take authorities: 'rds'.",
          },
        ]),
  ];
}
