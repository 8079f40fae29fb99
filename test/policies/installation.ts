/** The installation whose policies are simulated, and the names of what is in it. */
import { namesOf } from '../../lib/contract/names';
import { defineSettings } from '../../lib/settings/settings';
import { composeStacks } from '../../lib/stacks/add-stacks';
import { newApp } from '../support/synthesize';
import { DeployedApp, templatesOf } from './deployed-app';
import { ACCOUNT, REGION, regional } from './resolve';

export const INSTALLATION = 'acme';
export const BREAK_GLASS = `arn:aws:iam::${ACCOUNT}:role/break-glass`;
export const DEPLOYMENT = `arn:aws:iam::${ACCOUNT}:role/cdk-hnb659fds-cfn-exec-role-${ACCOUNT}-${REGION}`;
export const ADMINISTRATOR = `arn:aws:iam::${ACCOUNT}:role/administrator`;
export const LONGEST_CLASS_DAYS = 56;
/** Of every server: there is a restore task for each major in use. */
export const MAJOR = 17;

const database = (name: string) =>
  ({
    connection: {
      host: `${name}.example.com`,
      database: name,
      user: 'backstop',
      password: { secret: secretArn(`${name}-password`) },
    },
    major: MAJOR,
    keepDays: { daily: 30, weekly: LONGEST_CLASS_DAYS },
    drill: { target: { secret: secretArn(`${name}-drill`) } },
  }) as const;

export const SETTINGS = defineSettings({
  name: INSTALLATION,
  account: ACCOUNT,
  region: REGION,
  breakGlassRoleArn: BREAK_GLASS,
  databases: {
    shop: database('shop'),
    web: database('web'),
    ledger: {
      ...database('ledger'),
      drill: { when: { cron: '0 6 * * 1' } },
      connection: {
        host: 'ledger.example.com',
        database: 'ledger',
        user: 'backstop',
        rdsIam: 'db-ABCDEFGHIJKL01234567890ABC',
        tls: { authorities: 'rds' },
      },
    },
    laptop: { ...database('laptop'), connection: 'elsewhere', drill: {} },
  },
  notifications: {
    emails: ['oncall@example.com'],
    webhooks: [{ secret: secretArn('webhook'), format: 'slack' }],
  },
});

export function secretArn(name: string): string {
  return regional('secretsmanager', `secret:${name}-AbCdEf`);
}

let deployed: DeployedApp | undefined;

/** Synthesized once: it bundles every program. That it passes CDK's validation and our rules, test/templates shows. */
export function installation(): DeployedApp {
  if (deployed === undefined) {
    const app = newApp();
    composeStacks(app, SETTINGS);
    deployed = new DeployedApp(templatesOf(app));
  }
  return deployed;
}

const bucket = (purpose: string) => `arn:aws:s3:::${INSTALLATION}-${purpose}-${ACCOUNT}-${REGION}`;
export const BUCKET = bucket('postgres');
export const STATUS_BUCKET = bucket('status');
export const ACCESS_LOG_BUCKET = bucket('access-logs');

/** The ARN that the storage stack writes into its SSM parameter. */
export function keyArn(app: DeployedApp, name: KeyName): string {
  const parameter = namesOf(INSTALLATION).parameters[name];
  const found = app.one('AWS::SSM::Parameter', ({ properties }) => properties['Name'] === parameter);
  return found.properties['Value'] as string;
}

export type KeyName = 'backupKeyArn' | 'manifestSigningKeyArn' | 'evidenceSigningKeyArn';
