/** The form of a settings file: fields, defaults and what is allowed. Names, ids and ARNs only, never a secret. */
import { z } from 'zod';
import { DATABASE_NAME_RULE, isDatabaseName, RETENTION_CLASSES } from '../contract/object-keys';

export const LOCK_MODES = ['governance', 'compliance'] as const;

/** S3's storage classes that a recovery point may lie in. */
export const STORAGE_CLASSES = ['STANDARD_IA', 'GLACIER_IR', 'GLACIER', 'DEEP_ARCHIVE'] as const;
export type StorageClass = (typeof STORAGE_CLASSES)[number];

/** An object without unknown fields: a misspelt one is named together with those that exist. */
function fields<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const known = Object.keys(shape).join(', ');
  return z.strictObject(shape, `an object with only these fields: ${known}`);
}

function days(atLeast: number) {
  const allowed = `whole days from ${atLeast} to 36500`;
  return z.int(allowed).min(atLeast, allowed).max(36_500, allowed);
}

function text(pattern: RegExp, allowed: string) {
  return z.string(allowed).regex(pattern, allowed);
}

const retentionClass = z.enum(RETENTION_CLASSES, `one of the classes ${RETENTION_CLASSES.join(', ')}`);

/** A pattern must start with fixed characters, so that it can never name every role of an account. */
const roleArn = text(
  /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{3}[\w+=,.@/*?-]*$/,
  'the ARN of an IAM role, for example arn:aws:iam::111122223333:role/break-glass; * and ? may stand in its name',
);

export const lockSchema = fields({
  /**
   * `governance`: the break-glass role can delete a locked object. `compliance`: nobody can, not even AWS.
   * @default 'governance'
   */
  mode: z.enum(LOCK_MODES, `one of ${LOCK_MODES.join(', ')}`).default('governance'),
  /**
   * Lock that every object is born with, in days; at most the shortest class. The keeper extends it to the end of
   * the object's class.
   * @default 7
   */
  days: days(1).default(7),
});

const storageSchema = fields({
  class: z.enum(STORAGE_CLASSES, `one of ${STORAGE_CLASSES.join(', ')}`),
  /**
   * Days in S3 Standard before the move.
   * @default 0 - the recovery point is written into its storage class directly
   */
  afterDays: days(0).default(0),
});

export const databaseSchema = fields({
  /** How long recovery points of each class are kept, in days. A class that is not named is never made. */
  keepDays: z
    .partialRecord(
      retentionClass,
      days(1),
      `days by class (${RETENTION_CLASSES.join(', ')}), for example { daily: 30, weekly: 56 }`,
    )
    .refine((keep) => Object.keys(keep).length > 0, 'at least one class, for example { daily: 30 }'),
  /**
   * Cheaper storage by class.
   * @default - S3 Standard until a point expires
   */
  storage: z
    .partialRecord(
      retentionClass,
      storageSchema,
      "by class, for example { weekly: { class: 'STANDARD_IA' } }",
    )
    .default({}),
});

export const settingsSchema = fields({
  /** Names this installation in stacks, buckets and keys. Never change it afterwards: buckets would be replaced. */
  name: text(
    /^[a-z][a-z0-9-]{1,18}[a-z0-9]$/,
    '3 to 20 lower-case letters, digits and dashes, a letter first',
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
  /** The databases to back up. The name stands in keys and metrics: it need not be the name on the server. */
  databases: z
    .record(
      z.string().refine(isDatabaseName, DATABASE_NAME_RULE),
      databaseSchema,
      'databases by name, for example { shop: { keepDays: { daily: 30 } } }',
    )
    .refine((databases) => Object.keys(databases).length > 0, 'at least one database'),
});

/** As written in a settings file. */
export type SettingsInput = z.input<typeof settingsSchema>;
/** With every default filled in. */
export type Settings = z.output<typeof settingsSchema>;
export type LockSettings = Settings['lock'];
export type BackedUpDatabase = Settings['databases'][string];
