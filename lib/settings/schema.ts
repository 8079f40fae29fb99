/** The form of a settings file: fields, defaults and what is allowed. Names, ids and ARNs only, never a secret. */
import { z } from 'zod';
import { DATABASE_NAME_RULE, isDatabaseName } from '../contract/object-keys';
import { databaseSchema } from './database-schema';
import { days, fields, oneOf, roleArn, text } from './fields';
import { computeSchema, networkSchema, notificationsSchema } from './platform-schema';

export const LOCK_MODES = ['governance', 'compliance'] as const;

export const lockSchema = fields({
  /**
   * `governance`: the break-glass role can delete a locked object. `compliance`: nobody can, not even AWS.
   * @default 'governance'
   */
  mode: oneOf(LOCK_MODES).default('governance'),
  /**
   * Lock that every object is born with, in days; at most the shortest class. The keeper extends it to the end of
   * the object's class.
   * @default 7
   */
  days: days(1).default(7),
});

export const settingsSchema = fields({
  /**
   * Names this installation in stacks, buckets, keys and parameters: SSM keeps the prefixes aws and ssm for itself
   * (docs.aws.amazon.com/systems-manager/latest/userguide/sysman-parameter-name-constraints.html).
   * Never change it afterwards: buckets would be replaced.
   */
  name: text(
    /^(?!aws|ssm)[a-z][a-z0-9-]{1,18}[a-z0-9]$/,
    '3 to 20 lower-case letters, digits and dashes, a letter first, but not aws or ssm',
  ),
  /**
   * AWS account to deploy to; a deployment with credentials of another one is refused.
   * @default - the account of the credentials at deployment
   */
  account: text(/^\d{12}$/, 'the 12 digits of an AWS account id, as a string').optional(),
  /**
   * AWS region to deploy to.
   * @default - the region of the credentials at deployment
   */
  region: text(/^[a-z]{2}(-[a-z]+)+-\d$/, 'an AWS region, for example eu-central-1').optional(),
  /**
   * Role with which CloudFormation deploys: it alone may change what protects the buckets and keys.
   * @default - the CloudFormation execution role that `cdk bootstrap` made
   */
  deploymentRoleArn: roleArn.optional(),
  /**
   * Role for emergencies: it alone may delete recovery points before their time, and the keys.
   * @default - nobody may
   */
  breakGlassRoleArn: roleArn.optional(),
  /** @default - governance, 7 days */
  lock: lockSchema.prefault({}),
  /** @default - public subnets without inbound, in two zones */
  network: networkSchema.prefault({ mode: 'public' }),
  /** @default - images built at deployment, for the building machine's architecture */
  compute: computeSchema.prefault({}),
  /** @default - nobody: alarms are seen in the console only */
  notifications: notificationsSchema.prefault({}),
  /** The databases to back up. The name stands in keys and metrics: it need not be the name on the server. */
  databases: z
    .record(
      z.string().refine(isDatabaseName, DATABASE_NAME_RULE),
      databaseSchema,
      'databases by name, for example { shop: { connection: …, keepDays: { daily: 30 } } }',
    )
    .refine((databases) => Object.keys(databases).length > 0, 'at least one database'),
});

/** As written in a settings file. */
export type SettingsInput = z.input<typeof settingsSchema>;
/** With every default filled in. */
export type Settings = z.output<typeof settingsSchema>;
export type LockSettings = Settings['lock'];
