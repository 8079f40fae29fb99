/** From settings to what doctor looks at on this machine. */
import { hasDrills } from '../contract/drill-schedule';
import { Failure } from '../contract/failure';
import type { ExaminedDatabase } from '../operations/doctor/database';
import type { DoctorRequest, UnreachableDatabase } from '../operations/doctor/diagnose';
import { environmentPassword, type ConnectionTarget } from '../postgres/connection';
import { withRdsIam } from '../postgres/rds-iam';
import type { BackedUpDatabase, DatabaseConnection } from '../settings/database-schema';
import { namedSecrets } from '../settings/named-secrets';
import type { ComputeSettings } from '../settings/platform-schema';
import type { Settings } from '../settings/schema';

/** @param environment has the passwords: PGPASSWORD, or a passfile, which knows several */
export function doctorRequest(
  { account, region, compute, databases, notifications }: Settings,
  environment: NodeJS.ProcessEnv,
): DoctorRequest {
  return {
    images: { ...imagesOf(Object.values(databases), compute), architecture: compute.architecture },
    destination: { account, region, secrets: [...namedSecrets({ databases, notifications })] },
    databases: Object.entries(databases).map(([name, database]) => examined(name, database, environment)),
  };
}

/** Of backups and of drills onto a server, and of drills that make one themselves: a major is there where both are. */
function imagesOf(databases: readonly BackedUpDatabase[], { images, drillImages }: ComputeSettings) {
  const needed = databases.flatMap(({ major, connection, drill }) => {
    const makesServer = hasDrills({ drill }) && drill.target === 'throw-away';
    const runsTasks = connection !== 'elsewhere' || (hasDrills({ drill }) && !makesServer);
    return [
      ...(runsTasks ? [{ major, isThere: Object.hasOwn(images, major) }] : []),
      ...(makesServer ? [{ major, isThere: Object.hasOwn(drillImages, major) }] : []),
    ];
  });
  const majors = [...new Set(needed.map(({ major }) => major))].sort((a, b) => a - b);
  const built = needed.filter(({ isThere }) => !isThere).map(({ major }) => major);
  return { majors, prebuilt: majors.filter((major) => !built.includes(major)) };
}

function examined(
  name: string,
  { connection, major, schedule, dump }: BackedUpDatabase,
  environment: NodeJS.ProcessEnv,
): ExaminedDatabase | UnreachableDatabase {
  if (connection === 'elsewhere') return { name, unreachable: connection };
  try {
    const { format, jobs, compression, inventory } = dump;
    const { expectedMinutes } = schedule;
    const target = targetOf(connection, environment);
    return { name, target, major, format, jobs, compression, inventory, expectedMinutes };
  } catch (error) {
    if (error instanceof Failure) return { name, unreachable: error };
    throw error;
  }
}

/** @throws Failure `usage` where this machine lacks certificates that the task has */
function targetOf(connection: DatabaseConnection, environment: NodeJS.ProcessEnv): ConnectionTarget {
  const { host, port, user, database, rdsIam, tls } = connection;
  const target: ConnectionTarget = {
    ...{ host, port, user, database },
    password: environmentPassword(environment),
    passfile: environment['PGPASSFILE'],
    sslMode: tls.mode,
    sslRootCert: tls.mode.startsWith('verify') ? authoritiesFile(tls.authorities, environment) : undefined,
    sslCert: undefined,
    sslKey: undefined,
    options: undefined,
  };
  return rdsIam === undefined ? target : withRdsIam(target);
}

function authoritiesFile(authorities: string, environment: NodeJS.ProcessEnv): string | undefined {
  if (authorities === 'system') return undefined;
  if (authorities !== 'rds') return authorities;
  const file = environment['PGSSLROOTCERT'];
  if (file !== undefined) return file;
  throw new Failure('usage', 'The authorities of RDS, which the image has, are not on this machine.', {
    hint: 'Fetch https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem and name the file in PGSSLROOTCERT.',
  });
}
