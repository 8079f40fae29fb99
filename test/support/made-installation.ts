/** An installation in the shared emulator, with the stacks' names, outputs and alarms, made in a second: without tasks. */
import { randomBytes } from 'node:crypto';
import {
  CloudFormationClient,
  CreateStackCommand,
  waitUntilStackCreateComplete,
} from '@aws-sdk/client-cloudformation';
import { alarmName, ALARMS, DATABASE_ALARMS, DRILL_ALARMS, type AlarmName } from '../../lib/contract/alarms';
import { COMPUTE_OUTPUTS, stackName, STORAGE_OUTPUTS } from '../../lib/contract/installation-outputs';
import { namesOf } from '../../lib/contract/names';
import { clientOptions } from './emulator';
import { sharedServers } from './shared-servers';

export const RUNBOOK = 'https://example.com/runbook';

export interface MadeInstallation {
  readonly name: string;
  readonly bucketName: string;
  readonly statusBucketName: string;
  readonly topicArn: string;
  readonly witnessUrl: string;
  /** As CloudWatch calls it. */
  alarm(name: AlarmName, database?: string): string;
}

export interface MadeOptions {
  /** @default - one with a random part */
  readonly name?: string;
  /** @default - shop */
  readonly databases?: readonly string[];
  /** Databases without drills have fewer alarms. @default true */
  readonly drilled?: boolean;
  /** Left out, as if somebody had deleted them. @default - none */
  readonly without?: readonly AlarmName[];
  /** With their actions disabled. @default - none */
  readonly silenced?: readonly AlarmName[];
  /** Without actions. @default - none */
  readonly mute?: readonly AlarmName[];
  /** Whether the status bucket is there. @default true */
  readonly statusBucket?: boolean;
  /** Whether the witness hears the topic. @default true */
  readonly witnessed?: boolean;
}

interface Resource {
  readonly Type: string;
  readonly Properties?: object;
}
type Resources = Readonly<Record<string, Resource>>;

export async function makeInstallation(options: MadeOptions = {}): Promise<MadeInstallation> {
  const name = options.name ?? newName();
  const [bucketName, statusBucketName] = [`${name}-postgres`, `${name}-status`];
  const topicArn = `arn:aws:sns:eu-central-1:123456789012:${namesOf(name).topic}`;
  const alarm = (of: AlarmName, database?: string) =>
    alarmName(name, of, database === undefined ? undefined : { name: database, stack: 'databases-1' });
  const client = new CloudFormationClient(clientOptions(sharedServers().emulator));
  const make = async (stack: 'storage' | 'compute', resources: Resources, outputs: object) => {
    const StackName = stackName(name, stack);
    const Outputs = Object.fromEntries(Object.entries(outputs).map(([key, Value]) => [key, { Value }]));
    await client.send(
      new CreateStackCommand({ StackName, TemplateBody: JSON.stringify({ Resources: resources, Outputs }) }),
    );
    await waitUntilStackCreateComplete({ client, maxWaitTime: 30, minDelay: 1 }, { StackName });
  };
  await make(
    'storage',
    storageResources(bucketName, options.statusBucket === false ? undefined : statusBucketName),
    {
      [STORAGE_OUTPUTS.bucketName]: { Ref: 'Points' },
      [STORAGE_OUTPUTS.statusBucketName]: statusBucketName,
      [STORAGE_OUTPUTS.manifestSigningKeyArn]: { 'Fn::GetAtt': ['ManifestSigningKey', 'Arn'] },
      [STORAGE_OUTPUTS.evidenceSigningKeyArn]: { 'Fn::GetAtt': ['EvidenceSigningKey', 'Arn'] },
    },
  );
  const alarms = alarmsOf(options).map(([of, database]) => {
    const actions = options.mute?.includes(of) === true ? [] : [topicArn];
    const enabled = options.silenced?.includes(of) !== true;
    return alarmResource(alarm(of, database), of, { actions, enabled });
  });
  await make(
    'compute',
    { ...notifying(name, options.witnessed ?? true), ...Object.fromEntries(alarms) },
    {
      [COMPUTE_OUTPUTS.alarmTopicArn]: { Ref: 'Topic' },
      [COMPUTE_OUTPUTS.alarmWitnessQueueUrl]: { Ref: 'Witness' },
      [COMPUTE_OUTPUTS.dashboardName]: `${name}-eu-central-1`,
      [COMPUTE_OUTPUTS.runbookUrl]: RUNBOOK,
    },
  );
  client.destroy();
  const witnessUrl = `https://sqs.eu-central-1.amazonaws.com/123456789012/${name}-witness`;
  return { name, bucketName, statusBucketName, topicArn, witnessUrl, alarm };
}

export function newName(): string {
  return `made-${randomBytes(4).toString('hex')}`;
}

function storageResources(bucketName: string, statusBucketName: string | undefined): Resources {
  const versioned = { VersioningConfiguration: { Status: 'Enabled' } };
  const signing = { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY', KeyPolicy: {} };
  return {
    Points: { Type: 'AWS::S3::Bucket', Properties: { BucketName: bucketName, ...versioned } },
    ...(statusBucketName !== undefined && {
      Status: { Type: 'AWS::S3::Bucket', Properties: { BucketName: statusBucketName, ...versioned } },
    }),
    ManifestSigningKey: { Type: 'AWS::KMS::Key', Properties: signing },
    EvidenceSigningKey: { Type: 'AWS::KMS::Key', Properties: signing },
  };
}

function notifying(name: string, witnessed: boolean): Resources {
  const heard = { TopicArn: { Ref: 'Topic' }, Endpoint: { 'Fn::GetAtt': ['Witness', 'Arn'] } };
  return {
    Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: namesOf(name).topic } },
    Witness: { Type: 'AWS::SQS::Queue', Properties: { QueueName: `${name}-witness` } },
    ...(witnessed && {
      Subscription: {
        Type: 'AWS::SNS::Subscription',
        Properties: { Protocol: 'sqs', RawMessageDelivery: true, ...heard },
      },
    }),
  };
}

function alarmsOf({
  databases = ['shop'],
  drilled = true,
  without = [],
}: MadeOptions): [AlarmName, string?][] {
  const ofDatabases: readonly AlarmName[] = DATABASE_ALARMS;
  const ofDrills: readonly AlarmName[] = DRILL_ALARMS;
  const ofInstallation = (Object.keys(ALARMS) as AlarmName[]).filter((name) => !ofDatabases.includes(name));
  const all: [AlarmName, string?][] = [
    ...ofInstallation.map((name): [AlarmName] => [name]),
    ...databases.flatMap((database) =>
      ofDatabases
        .filter((name) => drilled || !ofDrills.includes(name))
        .map((name): [AlarmName, string] => [name, database]),
    ),
  ];
  return all.filter(([name]) => !without.includes(name));
}

function alarmResource(
  name: string,
  of: AlarmName,
  { actions, enabled }: { readonly actions: readonly string[]; readonly enabled: boolean },
): [string, Resource] {
  const semantics = {
    ComparisonOperator: 'GreaterThanThreshold',
    EvaluationPeriods: 1,
    Threshold: 0,
    Period: 300,
  };
  const metric = { Namespace: 'Backstop', MetricName: 'X', Statistic: 'Maximum' };
  const Properties = {
    ...{ AlarmName: name, AlarmActions: actions, OKActions: actions, ...semantics, ...metric },
    ActionsEnabled: enabled,
    AlarmDescription: `made\n\nSeverity: ${ALARMS[of]}. What to do: ${RUNBOOK}#${of.toLowerCase()}`,
  };
  return [name.replaceAll(/[^A-Za-z0-9]/g, ''), { Type: 'AWS::CloudWatch::Alarm', Properties }];
}
