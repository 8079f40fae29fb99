import { Annotations, ArnFormat, Stack } from 'aws-cdk-lib';
import { Secret as ContainerSecret } from 'aws-cdk-lib/aws-ecs';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Secret, type ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { ENVIRONMENT } from '../contract/environment';
import { BACKUP_CONTAINER, backupTaskFamily } from '../contract/names';
import { RETENTION_CLASSES } from '../contract/object-keys';
import type { DatabaseConnection } from '../settings/database-schema';
import type { ComputeSettings } from '../settings/platform-schema';
import { backupEnvironment, type ReachedDatabase } from './backup-environment';
import { ProgramTask } from './program-task';
import type { StorageAccess } from './storage-access';
import { taskImage } from './task-image';

export interface BackupTaskProps {
  readonly installation: string;
  /** Its name in the settings. */
  readonly database: string;
  readonly settings: ReachedDatabase;
  readonly compute: ComputeSettings;
  readonly storage: StorageAccess;
}

/** Backs up one database: its role puts new objects below this database's prefixes, and can do nothing else. */
export class BackupTask extends Construct {
  readonly task: ProgramTask;

  constructor(scope: Construct, id: string, props: BackupTaskProps) {
    super(scope, id);
    const { database, settings, compute, storage } = props;
    const { connection, major } = settings;
    const image = taskImage(this, 'Image', { compute, major, authorities: connection.tls.authorities });
    this.task = new ProgramTask(this, 'Task', {
      family: backupTaskFamily(props.installation, database),
      container: BACKUP_CONTAINER,
      command: ['backup'],
      image,
      size: settings.task,
      compute,
      environment: {
        ...backupEnvironment(database, settings),
        [ENVIRONMENT.store]: storage.storeUrl,
        [ENVIRONMENT.signer]: `kms:${storage.manifestSigningKeyArn}`,
        ...(image.digest !== undefined && { [ENVIRONMENT.imageDigest]: image.digest }),
      },
      secrets: this.password(connection),
    });
    storage.grantBackup(
      this.task,
      database,
      RETENTION_CLASSES.filter((retentionClass) => settings.keepDays[retentionClass] !== undefined),
    );
    this.grantToken(connection);
    this.warnOfWeakTls(database, connection);
  }

  private password({ password }: DatabaseConnection): Record<string, ContainerSecret> {
    if (password === undefined) return {};
    const secret = secretOf(this, 'Password', password.secret);
    return { PGPASSWORD: ContainerSecret.fromSecretsManager(secret, password.field) };
  }

  /** A token is made by the program itself: RDS lets in who may `connect` as this very user. */
  private grantToken({ rdsIam, user }: DatabaseConnection): void {
    if (rdsIam === undefined) return;
    const resources = [
      Stack.of(this).formatArn({
        service: 'rds-db',
        resource: 'dbuser',
        resourceName: `${rdsIam}/${user}`,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      }),
    ];
    this.task.taskRole.addToPolicy(new PolicyStatement({ actions: ['rds-db:connect'], resources }));
  }

  private warnOfWeakTls(database: string, { tls }: DatabaseConnection): void {
    if (tls.mode === 'verify-full') return;
    Annotations.of(this).addWarningV2(
      'backstop:weak-tls',
      `databases.${database}.connection.tls.mode is ${tls.mode}: somebody on the way could read the database, or stand in for it. With verify-full nobody can.`,
    );
  }
}

/** A name alone makes the leave to read it a pattern for the six characters that Secrets Manager appends. */
export function secretOf(scope: Construct, id: string, nameOrArn: string): ISecret {
  return nameOrArn.startsWith('arn:')
    ? Secret.fromSecretCompleteArn(scope, id, nameOrArn)
    : Secret.fromSecretNameV2(scope, id, nameOrArn);
}
