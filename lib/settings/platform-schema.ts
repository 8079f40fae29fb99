/** From where in the network the tasks run, who is told, and what they run on. */
import { z } from 'zod';
import { WEBHOOK_FORMATS } from '../contract/webhook-config';
import { fields, oneOf, prebuiltImage, secretName, text, whole } from './fields';

const cidr = text(
  /^(10|172|192)\.\d{1,3}\.\d{1,3}\.\d{1,3}\/(1[6-9]|2[0-4])$/,
  'a private IPv4 range of /16 to /24, for example 10.42.0.0/20',
);
const zones = whole('availability zones', 1, 3);
const awsId = (prefix: string) =>
  text(new RegExp(`^${prefix}-([0-9a-f]{8}|[0-9a-f]{17})$`), `an id such as ${prefix}-0123456789abcdef0`);

const own = { cidr: cidr.default('10.42.0.0/20'), availabilityZones: zones.default(2) };

/** A network of the installation's own, or a VPC that is there already. Synth prints what the choice costs. */
export const networkSchema = z.discriminatedUnion(
  'mode',
  [
    /** Public subnets without inbound: for a database outside AWS that any address may reach. Costs nothing idle. */
    fields({ mode: z.literal('public'), ...own }),
    /** Private subnets behind one NAT gateway with a fixed address, which is an output: for allow-lists. */
    fields({ mode: z.literal('fixed-egress'), ...own }),
    /** Isolated subnets with endpoints for what the tasks need of AWS: nothing else can be reached. */
    fields({ mode: z.literal('private'), ...own }),
    /** A VPC that is there already. */
    fields({
      mode: z.literal('existing'),
      vpcId: awsId('vpc'),
      subnetIds: z.array(awsId('subnet')).min(1, 'at least one subnet'),
      /** @default - a security group without inbound is made */
      securityGroupIds: z.array(awsId('sg')).min(1, 'at least one security group').optional(),
      /**
       * Needed in public subnets, where a task without one reaches nothing.
       * @default false
       */
      assignPublicIp: z.boolean('true or false').default(false),
    }),
  ],
  'an object with mode: public, fixed-egress, private or existing',
);
export type NetworkSettings = z.output<typeof networkSchema>;

export const ARCHITECTURES = ['arm64', 'x86_64'] as const;

const imagesByMajor = z
  .partialRecord(z.enum(['15', '16', '17', '18', '19'], 'a major version from 15 to 19'), prebuiltImage)
  .default({});

export const computeSchema = fields({
  /** @default - that of the machine which builds the image */
  architecture: oneOf(ARCHITECTURES).optional(),
  /**
   * Images that are there already, by major version of PostgreSQL: nothing is built, and no Docker is needed.
   * @default - built at deployment from containers/postgres
   */
  images: imagesByMajor,
  /**
   * As `images`, for drills on throw-away servers: built with `--target drill`. Needed for each major of `images` that has
   * such drills.
   * @default - built at deployment from containers/postgres, or from the `drill.image` of a database
   */
  drillImages: imagesByMajor,
  /**
   * How long logs of tasks and programs are kept.
   * @default 400
   */
  logDays: z
    .literal(
      [30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1827, 3653],
      'one of 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1827, 3653',
    )
    .default(400),
});
export type ComputeSettings = z.output<typeof computeSchema>;

const oneLine = text(/^\P{Cc}{1,80}$/u, 'a text of 1 to 80 characters, in one line');
const MOST_CONTACTS = 8;
const DIGEST_HOUR = 7;
const DIGEST_HOURS = "a whole hour from 0 to 23, UTC, or 'never'";

export const notificationsSchema = fields({
  /**
   * Addresses that get each alarm; AWS asks each to confirm, and SubscriptionUnconfirmed comes until it has.
   * @default - none
   */
  emails: z.array(z.email('an e-mail address')).default([]),
  /**
   * URLs that get each alarm by POST. The URL is the secret's text: it never stands in the settings.
   * @default - none
   */
  webhooks: z
    .array(fields({ secret: secretName, format: oneOf(WEBHOOK_FORMATS) }), 'a list of { secret, format }')
    .default([]),
  /**
   * Whom to call: on the dashboard and among the outputs, which many may read. Nothing secret.
   * @default - none
   */
  contacts: z
    .array(fields({ when: oneLine, who: oneLine, how: oneLine }), 'a list of { when, who, how }')
    .max(MOST_CONTACTS, `at most ${MOST_CONTACTS} contacts`)
    .default([]),
  /**
   * Where the runbook can be read; each alarm links its heading.
   * @default 'docs/runbook.md'
   */
  runbookUrl: text(/^[\x21-\x7e]+$/, 'a URL or path without spaces').default('docs/runbook.md'),
  /**
   * At which hour of each day, UTC, everybody who gets the alarms also gets the status in a few lines; or `never`.
   * @default 7
   */
  digestHour: z.union([z.literal('never'), z.int().min(0).max(23)], DIGEST_HOURS).default(DIGEST_HOUR),
  /**
   * Whether one alarm is set off each month, on the first Monday, to see that its message arrives: everybody gets it.
   * @default true
   */
  monthlyAlarmTest: z.boolean('true or false').default(true),
});
export type NotificationSettings = z.output<typeof notificationsSchema>;
