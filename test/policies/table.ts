/**
 * Who may do what: one line each. Whoever is not named in `allowed` must be turned away, and where `refusedBy` names a
 * statement, by that statement, whatever else allows it. docs/security.md shows the table.
 */
import { MONTHLY_TESTED_ALARM } from '../../lib/contract/alarm-test';
import { alarmName } from '../../lib/contract/alarms';
import { backupTaskFamily, drillTaskFamily, namesOf, restoreTaskFamily } from '../../lib/contract/names';
import {
  call,
  create,
  CREATES,
  list,
  overwrite,
  passRole,
  publish,
  read,
  s3,
  sign,
  throughS3,
  uploadPart,
  type Call,
} from './calls';
import type { DeployedApp, DeployedResource } from './deployed-app';
import {
  ACCESS_LOG_BUCKET,
  BUCKET,
  INSTALLATION,
  keyArn,
  LONGEST_CLASS_DAYS,
  MAJOR,
  secretArn,
  STATUS_BUCKET,
} from './installation';
import { taskDefinition, type Who } from './principals';
import { ACCOUNT, REGION, regional } from './resolve';

export interface Row {
  readonly does: string;
  readonly call: Call;
  readonly allowed: readonly Who[];
  /** Sid of the statement that turns all others away; undefined where nothing allows it to them. */
  readonly refusedBy: string | undefined;
}

/** @param refusedBy the statement that turns all others away. @default - nothing allows it to them */
const row = (does: string, call: Call, allowed: readonly Who[], refusedBy?: string): Row => ({
  does,
  call,
  allowed,
  refusedBy,
});

export type Table = Readonly<Record<string, readonly Row[]>>;

const ADMINS = ['deployment', 'breakGlass', 'administrator'] as const;
const MAY_CHANGE = ['deployment', 'breakGlass'] as const;
const MAY_DESTROY = ['breakGlass'] as const;
const NOBODY = [] as const;

/** CDK's own statements for enforceSSL have no Sid. */
const UNNAMED = 'a statement without a name';

const FOREIGN_KEY = 'arn:aws:kms:eu-central-1:999999999999:key/1';
const ID = '20261120T020000Z-0a1b2c';
const DAY = '2026/11/20';

/** @param own the database whose backup is looked at. @param other another one of the installation */
export function tableOf(app: DeployedApp, own: string, other: string): Table {
  return {
    'New objects': newObjects(app, own, other),
    Reading: reading(app, own, other),
    'Locks, holds and tags': protection(app, own),
    Destroying: destroying(own),
    'The bucket': bucket(),
    Keys: keys(app),
    Secrets: secrets(own, other),
    'Running programs': running(app, own, other),
    Noticing: noticing(app),
    'Around it': around(app, own),
    'On other resources': foreign(app, own),
  };
}

const point = (database: string, retentionClass = 'daily') =>
  `points/${retentionClass}/postgres/${database}/${ID}/dump/toc.dat`;
const manifest = (database: string) => `manifests/postgres/${database}/${ID}.json`;
const evidence = (database: string) => `evidence/postgres/${database}/${ID}/d1.json`;
const audit = (program: string, database: string) => `audit/${program}/${database}/${DAY}/${ID}-started.json`;
const object = (database: string) => `${BUCKET}/${point(database)}`;

function newObjects(app: DeployedApp, own: string, other: string): Row[] {
  const to = { bucket: BUCKET, key: keyArn(app, 'backupKeyArn') };
  const copied = { 's3:x-amz-copy-source': object(own) };
  const plain = { 's3:x-amz-server-side-encryption': 'AES256' };
  const foreign = { 's3:x-amz-server-side-encryption-aws-kms-key-id': FOREIGN_KEY };
  const insecure = { 'aws:SecureTransport': 'false' };
  const oldTls = { 's3:TlsVersion': '1.1' };
  const backup: Who[] = ['backup', ...ADMINS];
  return [
    row('a new object of a point', create(to, point(own)), backup),
    row('parts of a large one', uploadPart(to, point(own)), backup),
    row('give up a large one', s3('AbortMultipartUpload', object(own)), backup),
    row("give up another database's", s3('AbortMultipartUpload', object(other)), ADMINS),
    row('the manifest', create(to, manifest(own)), backup),
    row('an export', create(to, `exports/postgres/${own}/${ID}/dump.custom`), backup),
    row('history of a backup', create(to, audit('backup', own)), backup),
    row('history of a restore', create(to, audit('restore', own)), ['restore', ...ADMINS]),
    row('history of the keeper', create(to, audit('keeper', own)), ['keeper', ...ADMINS]),
    row('history of a drill', create(to, audit('drill', own)), ['drill', ...ADMINS]),
    row("history of another database's drill", create(to, audit('drill', other)), ADMINS),
    row('evidence of a drill', create(to, evidence(own)), ['drill', ...ADMINS]),
    row("evidence of another database's drill", create(to, evidence(other)), ADMINS),
    row('a point of a class that is not kept', create(to, point(own, 'yearly')), ADMINS),
    row("another database's point", create(to, point(other)), ADMINS),
    row('a point of a database with a longer name', create(to, point(`${own}2`)), ADMINS),
    row("another database's manifest", create(to, manifest(other)), ADMINS),
    row("another database's history", create(to, audit('backup', other)), ADMINS),
    row('an object outside of every prefix', create(to, 'index.html'), ADMINS),
    row('over what is there (no If-None-Match)', overwrite(to, point(own)), NOBODY, 'DenyOverwriting'),
    row('over a manifest', overwrite(to, manifest(own)), NOBODY, 'DenyOverwriting'),
    row('over evidence', overwrite(to, evidence(own)), NOBODY, 'DenyOverwriting'),
    row('a copy within S3', overwrite(to, point(own), copied), NOBODY, 'DenyOverwriting'),
    row('without the key', create(to, point(own), plain), NOBODY, 'DenyOtherEncryption'),
    row('with another key', create(to, point(own), foreign), NOBODY, 'DenyOtherKeys'),
    row('without TLS', create(to, point(own), insecure), NOBODY, UNNAMED),
    row('with TLS 1.1', create(to, point(own), oldTls), NOBODY, UNNAMED),
  ];
}

function reading(app: DeployedApp, own: string, other: string): Row[] {
  const from = { bucket: BUCKET, key: keyArn(app, 'backupKeyArn') };
  const status = `${STATUS_BUCKET}/status.json`;
  const readers: Who[] = ['restore', 'monitor', 'keeper', ...ADMINS];
  return [
    row('a point', read(from, point(own)), ['drill', 'restore', ...ADMINS]),
    row('a point of a class that is no longer kept', read(from, point(own, 'yearly')), [
      'drill',
      'restore',
      ...ADMINS,
    ]),
    row("another database's point", read(from, point(other)), ['restore', ...ADMINS]),
    row('a point of a database with a longer name', read(from, point(`${own}2`)), ['restore', ...ADMINS]),
    row('an export', read(from, `exports/postgres/${own}/${ID}/dump.custom`), ['restore', ...ADMINS]),
    row('thaw a point', s3('RestoreObject', object(own)), ['restore', ...ADMINS]),
    row('its manifest', read(from, manifest(own)), ['backup', 'drill', ...readers]),
    row("another database's manifest", read(from, manifest(other)), readers),
    row('evidence', read(from, evidence(own)), readers),
    row('history', read(from, audit('backup', own)), ['monitor', ...ADMINS]),
    row('lock of a point', s3('GetObjectRetention', object(own)), readers),
    row('list points', list(BUCKET, `points/daily/postgres/${own}/`), ['drill', ...readers]),
    row("list another database's points", list(BUCKET, `points/daily/postgres/${other}/`), readers),
    row('list its manifests', list(BUCKET, `manifests/postgres/${own}/`), ['backup', 'drill', ...readers]),
    row("list another database's manifests", list(BUCKET, `manifests/postgres/${other}/`), readers),
    row('list everything', list(BUCKET, ''), ADMINS),
    row("the bucket's protection", s3('GetBucketPolicy', BUCKET), ['monitor', ...ADMINS]),
    row('status pages', s3('GetObject', status), ['monitor', ...ADMINS]),
    row('list status pages', list(STATUS_BUCKET, ''), ['monitor', ...ADMINS]),
    row('write a status page', s3('PutObject', status), ['monitor', ...ADMINS]),
    row('keep what came of a test of an alarm', s3('PutObject', `${STATUS_BUCKET}/alarm-tests/x.json`), [
      'monitor',
      'alarmTest',
      ...ADMINS,
    ]),
    row('delete a status page', s3('DeleteObject', status), ADMINS),
    row('access logs', s3('GetObject', `${ACCESS_LOG_BUCKET}/postgres/log`), ADMINS),
  ];
}

function protection(app: DeployedApp, own: string): Row[] {
  const to = { bucket: BUCKET, key: keyArn(app, 'backupKeyArn') };
  const keeper: Who[] = ['keeper', 'breakGlass'];
  const tags = (tag: string, value: string) => ({
    [`s3:RequestObjectTag/${tag}`]: value,
    's3:RequestObjectTagKeys': [tag],
  });
  const lock = (days: number) =>
    s3('PutObjectRetention', object(own), { 's3:object-lock-remaining-retention-days': `${days}` });
  const tooLong = lock(LONGEST_CLASS_DAYS + 2);
  const lifted = [...s3('BypassGovernanceRetention', object(own)), ...lock(1)];
  const hold = s3('PutObjectLegalHold', object(own));
  const expire = s3('PutObjectVersionTagging', object(own), tags('expire', 'yes'));
  const otherTag = s3('PutObjectVersionTagging', object(own), tags('owner', 'me'));
  const anyVersion = s3('PutObjectTagging', object(own), tags('expire', 'yes'));
  const bornTagged = [...create(to, point(own), tags('expire', 'yes')), ...anyVersion];
  const bornLocked = [...create(to, point(own), { 's3:object-lock-mode': 'COMPLIANCE' }), ...lock(30)];
  return [
    row('extend a lock', lock(30), keeper, 'DenyTagsAndLocks'),
    row('extend it beyond the longest class', tooLong, NOBODY, 'DenyEndlessLocks'),
    row('shorten or lift a lock', lifted, MAY_DESTROY, 'DenyDestructionOfObjects'),
    row('set or release a legal hold', hold, keeper, 'DenyTagsAndLocks'),
    row('tag for expiry', expire, keeper, 'DenyTagsAndLocks'),
    row('set another tag', otherTag, MAY_DESTROY),
    row('tag whichever version is newest', anyVersion, MAY_DESTROY),
    row('take tags away', s3('DeleteObjectVersionTagging', object(own)), MAY_DESTROY),
    row('create an object with a tag', bornTagged, MAY_DESTROY),
    row('create an object with a lock', bornLocked, MAY_DESTROY),
  ];
}

function destroying(own: string): Row[] {
  const refused = (does: string, ...actions: string[]): Row => {
    const all = actions.flatMap((action) => s3(action, object(own)));
    return row(does, all, MAY_DESTROY, 'DenyDestructionOfObjects');
  };
  return [
    refused('hide an object (delete marker)', 'DeleteObject'),
    refused('delete a version', 'DeleteObjectVersion'),
    refused('delete a locked version', 'DeleteObjectVersion', 'BypassGovernanceRetention'),
    refused('write as replication does', 'ReplicateObject'),
    refused('delete as replication does', 'ReplicateDelete'),
    refused('encrypt anew with another key', 'UpdateObjectEncryption'),
    row('delete the bucket', s3('DeleteBucket', BUCKET), MAY_DESTROY, 'DenyDeletionOfTheBucket'),
  ];
}

function bucket(): Row[] {
  const change = (does: string, action: string): Row =>
    row(does, s3(action, BUCKET), MAY_CHANGE, 'DenyWeakeningOfTheBucket');
  return [
    change('change its policy', 'PutBucketPolicy'),
    change('delete its policy', 'DeleteBucketPolicy'),
    change('change its default lock', 'PutBucketObjectLockConfiguration'),
    change('change its lifecycle', 'PutLifecycleConfiguration'),
    change('change its versioning', 'PutBucketVersioning'),
    change('change its encryption', 'PutEncryptionConfiguration'),
    change('change its replication', 'PutReplicationConfiguration'),
    change('open it to the public', 'PutBucketPublicAccessBlock'),
    change('change its access list', 'PutBucketAcl'),
    change('change who owns its objects', 'PutBucketOwnershipControls'),
    change('change its access log', 'PutBucketLogging'),
    change('change its notifications', 'PutBucketNotification'),
  ];
}

function keys(app: DeployedApp): Row[] {
  const encryption = keyArn(app, 'backupKeyArn');
  const manifests = keyArn(app, 'manifestSigningKeyArn');
  const evidence = keyArn(app, 'evidenceSigningKeyArn');
  const publicKey = (key: string) => call('kms:GetPublicKey', key);
  const readers: Who[] = ['restore', 'monitor', 'keeper', ...ADMINS];
  const change = (does: string, action: string, allowed: readonly Who[], refusedBy: string): Row[] =>
    Object.entries({ encryption, manifests, evidence }).map(([use, key]) =>
      row(`${does} (${use})`, call(`kms:${action}`, key), allowed, refusedBy),
    );
  return [
    row('sign a manifest', sign(manifests), ['backup', ...ADMINS]),
    row('sign evidence', sign(evidence), ['drill', ...ADMINS]),
    row('read the public key of manifests', publicKey(manifests), [
      'backup',
      'drill',
      'publicKeys',
      ...readers,
    ]),
    row('read the public key of evidence', publicKey(evidence), ['drill', 'publicKeys', ...readers]),
    row('see the state of the encryption key', call('kms:DescribeKey', encryption), ['monitor', ...ADMINS]),
    row('sign a manifest with another algorithm', sign(manifests, 'ECDSA_SHA_384'), ADMINS),
    row('sign evidence with another algorithm', sign(evidence, 'ECDSA_SHA_384'), ADMINS),
    row('decrypt without S3', call('kms:Decrypt', encryption), ADMINS),
    row('decrypt from another bucket', throughS3('Decrypt', encryption, `${BUCKET}-2`), ADMINS),
    row('grant a key to somebody', call('kms:CreateGrant', encryption), ADMINS),
    ...change('delete a key', 'ScheduleKeyDeletion', MAY_DESTROY, 'DenyDestructionOfTheKey'),
    ...change('disable a key', 'DisableKey', MAY_DESTROY, 'DenyDestructionOfTheKey'),
    ...change("change a key's policy", 'PutKeyPolicy', MAY_CHANGE, 'DenyChangeOfTheKeysProtection'),
    ...change('copy a key to another region', 'ReplicateKey', MAY_CHANGE, 'DenyChangeOfTheKeysProtection'),
    ...change(
      'make a copy the primary key',
      'UpdatePrimaryRegion',
      MAY_CHANGE,
      'DenyChangeOfTheKeysProtection',
    ),
    ...change("end a key's rotation", 'DisableKeyRotation', MAY_CHANGE, 'DenyChangeOfTheKeysProtection'),
  ];
}

function secrets(own: string, other: string): Row[] {
  const target = secretArn(namesOf(INSTALLATION).restoreTargetSecret);
  const get = (secret: string) => call('secretsmanager:GetSecretValue', secret);
  return [
    row("the database's password", get(secretArn(`${own}-password`)), ['backupStart', ...ADMINS]),
    row("another database's password", get(secretArn(`${other}-password`)), ADMINS),
    row('the target of a drill', get(secretArn(`${own}-drill`)), ['drillStart', ...ADMINS]),
    row("the target of another database's drill", get(secretArn(`${other}-drill`)), [
      'drillStart',
      ...ADMINS,
    ]),
    row('the target of a restore', get(target), ['restoreStart', ...ADMINS]),
    row('change the target of a restore', call('secretsmanager:PutSecretValue', target), ADMINS),
    row("a webhook's URL", get(secretArn('webhook')), ['webhook', ...ADMINS]),
    row('any other secret', get(secretArn('payroll')), ADMINS),
  ];
}

function running(app: DeployedApp, own: string, other: string): Row[] {
  const ownTask = taskDefinition(app, backupTaskFamily(INSTALLATION, own));
  const otherTask = taskDefinition(app, backupTaskFamily(INSTALLATION, other));
  const ownDrill = taskDefinition(app, drillTaskFamily(INSTALLATION, own));
  const otherDrill = taskDefinition(app, drillTaskFamily(INSTALLATION, other));
  const restoreTask = taskDefinition(app, restoreTaskFamily(INSTALLATION, MAJOR));
  const role = ({ properties }: typeof ownTask, name = 'TaskRoleArn') => properties[name] as string;
  const cluster = (name: string) => regional('ecs', `cluster/${name}`);
  const task = regional('ecs', `task/${INSTALLATION}/1`);
  const run = (task: typeof ownTask, inCluster = INSTALLATION) =>
    call('ecs:RunTask', task.arn, { 'ecs:cluster': cluster(inCluster) });
  const scheduler: Who[] = ['scheduler', ...ADMINS];
  const drills: Who[] = ['drillScheduler', ...ADMINS];
  return [
    row('run the backup', run(ownTask), scheduler),
    row('run it in another cluster', run(ownTask, 'default'), ADMINS),
    row('pass its role to its task', passRole(role(ownTask)), scheduler),
    row('pass the role of its start', passRole(role(ownTask, 'ExecutionRoleArn')), scheduler),
    row('pass its role to another service', passRole(role(ownTask), 'lambda.amazonaws.com'), ADMINS),
    row("run another database's backup", run(otherTask), ADMINS),
    row("pass another backup's role", passRole(role(otherTask)), ADMINS),
    row('run the drill', run(ownDrill), drills),
    row('run the drill in another cluster', run(ownDrill, 'default'), ADMINS),
    row("run another database's drill", run(otherDrill), drills),
    row("pass the drill's role to its task", passRole(role(ownDrill)), drills),
    row("pass the role of the drill's start", passRole(role(ownDrill, 'ExecutionRoleArn')), drills),
    row("pass another drill's role", passRole(role(otherDrill)), drills),
    row("pass the drill's role to another service", passRole(role(ownDrill), 'lambda.amazonaws.com'), ADMINS),
    row('run a restore', run(restoreTask), ADMINS),
    row("pass the restore's role", passRole(role(restoreTask)), ADMINS),
    row('become the backup', call('sts:AssumeRole', role(ownTask)), NOBODY),
    row('become the drill', call('sts:AssumeRole', role(ownDrill)), NOBODY),
    row('become the restore', call('sts:AssumeRole', role(restoreTask)), NOBODY),
    row('type into a running task', call('ecs:ExecuteCommand', task), ADMINS),
    row('stop a running task', call('ecs:StopTask', task), ADMINS),
    row('change a program', call('ecs:RegisterTaskDefinition', ownTask.arn), ADMINS),
    row('change a role', call('iam:PutRolePolicy', role(ownTask)), ADMINS),
  ];
}

function noticing(app: DeployedApp): Row[] {
  const topic = regional('sns', namesOf(INSTALLATION).topic);
  const topicKey = app.one('AWS::KMS::Key', ({ logicalId }) => logicalId.startsWith('AlarmTopicKey')).arn;
  const metrics = regional('cloudwatch', 'dataset/default');
  const alarm = regional('cloudwatch', `alarm:${alarmName(INSTALLATION, 'MonitorSilent')}`);
  const tested = regional('cloudwatch', `alarm:${alarmName(INSTALLATION, MONTHLY_TESTED_ALARM)}`);
  const witness = queueOf(app, 'AlarmWitness').arn;
  const overTls = { 'aws:SecureTransport': 'true' };
  const schedule = regional('scheduler', `schedule/${namesOf(INSTALLATION).scheduleGroup}/1`);
  return [
    row('publish a metric', call('cloudwatch:PutMetricData', metrics), ADMINS),
    row('publish to the topic', publish(topic, topicKey), ['monitor', ...ADMINS]),
    row("use the topic's key otherwise", call('kms:Decrypt', topicKey), ADMINS),
    row('see who is subscribed', call('sns:ListSubscriptionsByTopic', topic), ['monitor', ...ADMINS]),
    row('subscribe to it', call('sns:Subscribe', topic), ADMINS),
    row('see how the alarms are', call('cloudwatch:DescribeAlarms', alarm), ['alarmTest', ...ADMINS]),
    row('set off the alarm that is tested', call('cloudwatch:SetAlarmState', tested), [
      'alarmTest',
      ...ADMINS,
    ]),
    row('set off another alarm', call('cloudwatch:SetAlarmState', alarm), ADMINS),
    row('read what the witness of alarms got', call('sqs:ReceiveMessage', witness, overTls), [
      'alarmTest',
      ...ADMINS,
    ]),
    row('empty it', call('sqs:DeleteMessage', witness, overTls), ['alarmTest', ...ADMINS]),
    row('bear false witness', call('sqs:SendMessage', witness, overTls), NOBODY, 'DenyFalseWitness'),
    row('delete an alarm', call('cloudwatch:DeleteAlarms', alarm), ADMINS),
    row('silence an alarm', call('cloudwatch:DisableAlarmActions', alarm), ADMINS),
    row('change a schedule', call('scheduler:UpdateSchedule', schedule), ADMINS),
    row('delete a schedule', call('scheduler:DeleteSchedule', schedule), ADMINS),
    row('delete a log', call('logs:DeleteLogGroup', regional('logs', 'log-group:any:*')), ADMINS),
  ];
}

function around(app: DeployedApp, own: string): Row[] {
  const images = regional('ecr', `repository/cdk-hnb659fds-container-assets-${ACCOUNT}-${REGION}`);
  const starts: Who[] = ['backupStart', 'drillStart', 'restoreStart', ...ADMINS];
  const write = (group: string) =>
    call('logs:PutLogEvents', regional('logs', `log-group:${group}:log-stream:1`));
  const send = (construct: string) =>
    call('sqs:SendMessage', queueOf(app, construct).arn, { 'aws:SecureTransport': 'true' });
  const backupTask = taskDefinition(app, backupTaskFamily(INSTALLATION, own));
  const drillTask = taskDefinition(app, drillTaskFamily(INSTALLATION, own));
  const restoreTask = taskDefinition(app, restoreTaskFamily(INSTALLATION, MAJOR));
  return [
    row('log in to the registry of images', call('ecr:GetAuthorizationToken', '*'), starts),
    row('pull the image', call('ecr:BatchGetImage', images), starts),
    row('write the log of the backup', write(logOfTask(backupTask)), ['backupStart', ...ADMINS]),
    row('write the log of the drills', write(logOfTask(drillTask)), ['drillStart', ...ADMINS]),
    row('write the log of the restore', write(logOfTask(restoreTask)), ['restoreStart', ...ADMINS]),
    row('write the log of the monitor', write(logOfProgram(app, 'Monitor')), ['monitor', ...ADMINS]),
    row('write the log of the keeper', write(logOfProgram(app, 'Keeper')), ['keeper', ...ADMINS]),
    row('write the log of the webhook', write(logOfProgram(app, 'Webhook')), ['webhook', ...ADMINS]),
    row('write the log of the public keys', write(logOfProgram(app, 'PublicKeys')), [
      'publicKeys',
      ...ADMINS,
    ]),
    row('write the log of the alarm test', write(logOfProgram(app, 'AlarmTest')), ['alarmTest', ...ADMINS]),
    row('put aside what was not delivered', send('TasksDeadLetters'), [
      'scheduler',
      'drillScheduler',
      'keeper',
      'alarmTest',
      ...ADMINS,
    ]),
    row('put aside what was not posted', send('AlarmTopicWebhookDeadLetters'), ['webhook', ...ADMINS]),
  ];
}

/** The same calls on other resources: a pattern that is too wide is seen here. */
function foreign(app: DeployedApp, own: string): Row[] {
  const bucket = 'arn:aws:s3:::payroll';
  /** Any key that leaves it to the account's policies will do. */
  const key = app.one('AWS::KMS::Key', ({ logicalId }) => logicalId.startsWith('AlarmTopic')).arn;
  const encryption = keyArn(app, 'backupKeyArn');
  const topic = regional('sns', namesOf(INSTALLATION).topic);
  const days = { 's3:object-lock-remaining-retention-days': '30' };
  const foreignAlarm = regional('cloudwatch', 'alarm:payroll');
  const elsewhere = foreignAlarm.replace(REGION, 'us-east-1');
  const tag = { 's3:RequestObjectTag/expire': 'yes', 's3:RequestObjectTagKeys': ['expire'] };
  const at = (action: string, context = {}) => s3(action, `${bucket}/${point(own)}`, context);
  return [
    row('read from another bucket', at('GetObjectVersion'), ADMINS),
    row('write into another bucket', at('PutObject', CREATES), ADMINS),
    row('lock in another bucket', at('PutObjectRetention', days), ADMINS),
    row('see locks in another bucket', at('GetObjectRetention'), ADMINS),
    row('tag in another bucket', at('PutObjectVersionTagging', tag), ADMINS),
    row('list points in another bucket', list(bucket, 'points/'), ADMINS),
    row('list manifests in another bucket', list(bucket, `manifests/postgres/${own}/`), ADMINS),
    row("see another bucket's protection", s3('GetBucketPolicy', bucket), ADMINS),
    row('decrypt with another key', throughS3('Decrypt', key, BUCKET), ADMINS),
    row('read the public half of another key', call('kms:GetPublicKey', key), ADMINS),
    row('see the state of another key', call('kms:DescribeKey', key), ADMINS),
    row('sign with another key', sign(key), ADMINS),
    row('pull another image', call('ecr:BatchGetImage', regional('ecr', 'repository/payroll')), ADMINS),
    row(
      'write another log',
      call('logs:PutLogEvents', regional('logs', 'log-group:any:log-stream:1')),
      ADMINS,
    ),
    row('publish elsewhere, with its key', publish(regional('sns', 'payroll'), encryption), ADMINS),
    row("use another key as a topic's", publish(topic, encryption).slice(1), ADMINS),
    row('fill another queue', call('sqs:SendMessage', regional('sqs', 'payroll')), ADMINS),
    row('read another queue', call('sqs:ReceiveMessage', regional('sqs', 'payroll')), ADMINS),
    row('see alarms of another region', call('cloudwatch:DescribeAlarms', elsewhere), ADMINS),
    row('set off an alarm that is not of Backstop', call('cloudwatch:SetAlarmState', foreignAlarm), ADMINS),
    row(
      'see who subscribed elsewhere',
      call('sns:ListSubscriptionsByTopic', regional('sns', 'payroll')),
      ADMINS,
    ),
  ];
}

function queueOf(app: DeployedApp, construct: string): DeployedResource {
  return app.one('AWS::SQS::Queue', ({ logicalId }) => logicalId.startsWith(construct));
}

interface Logging {
  readonly LogConfiguration: { readonly Options: Readonly<Record<string, string>> };
}

function logOfTask({ properties }: DeployedResource): string {
  const [container] = properties['ContainerDefinitions'] as readonly Logging[];
  return container!.LogConfiguration.Options['awslogs-group']!;
}

function logOfProgram(app: DeployedApp, construct: string): string {
  const { properties } = app.one('AWS::Lambda::Function', ({ logicalId }) => logicalId.includes(construct));
  return (properties['LoggingConfig'] as { readonly LogGroup: string }).LogGroup;
}
