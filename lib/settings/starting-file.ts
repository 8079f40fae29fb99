/** The settings file that somebody begins with: what was asked, and as comments what else there is. */
import { isDatabaseName } from '../contract/object-keys';
import type { SettingsInput } from './schema';

export interface StartingPoint {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** On its server. */
  readonly database: string;
  readonly user: string;
  /** Name or complete ARN of the secret with the password. */
  readonly secret: string;
  readonly major: number;
  readonly cron: string;
  readonly timeZone: string;
  readonly dailyDays: number;
  /** undefined: alarms are seen in the console only. */
  readonly email: string | undefined;
}

/** What the file says, for checking it before it is written. */
export function settingsOf(point: StartingPoint): SettingsInput {
  const { name, host, port, database, user, secret, cron, timeZone, dailyDays, email } = point;
  return {
    name,
    notifications: { emails: email === undefined ? [] : [email] },
    databases: {
      [storeNameOf(database)]: {
        connection: { host, port, database, user, password: { secret } },
        // Checked like everything else: what is no known major is refused.
        major: point.major as 17,
        schedule: { cron, timeZone },
        keepDays: { daily: dailyDays },
      },
    },
  };
}

/** A name that keys may hold: that of the server in lower case, where that is one. */
export function storeNameOf(database: string): string {
  const name = database.toLowerCase().replace(/[^a-z0-9._-]+/g, '-');
  return isDatabaseName(name) ? name : 'app';
}

export function startingFile(point: StartingPoint): string {
  return `/** Settings of Backstop. docs/settings.md tells every field; \`backstop doctor\` checks what stands here. */
import { defineSettings } from 'backstop/settings';

export default defineSettings({
  // Stands in the names of stacks, buckets and keys: never change it afterwards.
  name: ${quoted(point.name)},
  // Where to deploy to; by default as the credentials say.
  // account: '111122223333',
  // region: 'eu-central-1',

  // The only role that may delete a recovery point before its time; by default nobody may.
  // breakGlassRoleArn: 'arn:aws:iam::111122223333:role/break-glass',

  // Tasks in public subnets without inbound. 'fixed-egress' has one address, for lists of allowed ones;
  // 'private' reaches AWS only; 'existing' is a VPC of yours.
  network: { mode: 'public' },

  // Who is told of alarms. Each address must confirm once.
  notifications: { emails: [${point.email === undefined ? '' : quoted(point.email)}] },

  databases: {
    // Its name in the store, in metrics and in alarms.
    ${propertyName(storeNameOf(point.database))}: {
${databaseFields(point)}
    },
  },
});
`;
}

function databaseFields(point: StartingPoint): string {
  return `      connection: {
        // The server itself, not a transaction pooler before it.
        host: ${quoted(point.host)},
        port: ${point.port},
        database: ${quoted(point.database)},
        // Reads every table: GRANT pg_read_all_data TO it.
        user: ${quoted(point.user)},
        // Name of a secret in Secrets Manager whose text is the password.
        password: { secret: ${quoted(point.secret)} },
        // For RDS and Aurora; by default public authorities are believed. TLS is always verified in full.
        // tls: { authorities: 'rds' },
      },
      // Of the server: pg_dump must have the same.
      major: ${point.major},
      // As in crontab.
      schedule: { cron: ${quoted(point.cron)}, timeZone: ${quoted(point.timeZone)} },
      // The most data, in hours, that you accept to lose; by default what the schedule can keep.
      // rpoHours: 26,
      // Days for each class: hourly, daily, weekly, monthly, yearly.
      keepDays: { daily: ${point.dailyDays} },
      // Cheaper storage for points that are kept for long.
      // storage: { monthly: { class: 'GLACIER_IR' } },`;
}

function quoted(text: string): string {
  return text.includes("'") ? JSON.stringify(text) : `'${text.replaceAll('\\', '\\\\')}'`;
}

function propertyName(name: string): string {
  return /^[a-z][a-z0-9_]*$/.test(name) ? name : quoted(name);
}
