import { CfnOutput, Stack } from 'aws-cdk-lib';
import { Secret as ContainerSecret } from 'aws-cdk-lib/aws-ecs';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { ENVIRONMENT } from '../contract/environment';
import { RESTORE_CONTAINER, restoreTaskFamily } from '../contract/names';
import { WRITABLE_FOLDERS } from '../contract/task-image';
import type { ComputeSettings } from '../settings/platform-schema';
import { ProgramTask } from './program-task';
import { runTaskCommand } from './run-task-command';
import type { StorageAccess } from './storage-access';
import { taskImage } from './task-image';
import type { TaskPlacement } from './task-placement';

export interface RestoreTaskProps {
  readonly installation: string;
  /** Of the server that is restored into: its client programs must have the same. */
  readonly major: number;
  /** As in the settings' `tls.authorities`. */
  readonly authorities: string;
  /** Where the server is: the fields `url` and `password`. */
  readonly target: ISecret;
  readonly compute: ComputeSettings;
  readonly storage: StorageAccess;
  readonly placement: TaskPlacement;
}

/** Restores a recovery point when a person says so: nothing else starts it. It reads everything, and stores its own history alone. */
export class RestoreTask extends Construct {
  readonly task: ProgramTask;

  constructor(scope: Construct, id: string, props: RestoreTaskProps) {
    super(scope, id);
    const { installation, major, compute, storage, target } = props;
    this.task = new ProgramTask(this, 'Task', {
      family: restoreTaskFamily(installation, major),
      container: RESTORE_CONTAINER,
      command: ['restore', '--help'],
      image: taskImage(this, 'Image', props),
      /** As much disk as Fargate has, because a whole point is fetched; it costs something only while a restore runs. */
      size: { cpu: 4096, memoryMiB: 8192, ephemeralStorageGiB: 200 },
      compute,
      environment: {
        [ENVIRONMENT.store]: storage.storeUrl,
        [ENVIRONMENT.signer]: `kms:${storage.manifestSigningKeyArn}`,
        [ENVIRONMENT.evidenceSigner]: `kms:${storage.evidenceSigningKeyArn}`,
        [ENVIRONMENT.jobs]: '4',
        [ENVIRONMENT.scratch]: WRITABLE_FOLDERS.scratch,
      },
      secrets: {
        [ENVIRONMENT.to]: ContainerSecret.fromSecretsManager(target, 'url'),
        PGPASSWORD: ContainerSecret.fromSecretsManager(target, 'password'),
      },
    });
    storage.grantRestore(this.task);
    new CfnOutput(Stack.of(this), `RestoreCommand${major}`, {
      value: this.command(props),
      description: `Restores the newest recovery point into a new database of a server of PostgreSQL ${major}`,
    });
  }

  /** Names of the database and of the new one are the operator's to change. */
  private command({ installation, major, placement }: RestoreTaskProps): string {
    return runTaskCommand(this, {
      installation,
      family: restoreTaskFamily(installation, major),
      container: RESTORE_CONTAINER,
      command: ['restore', 'newest'],
      environment: {
        [ENVIRONMENT.database]: 'DATABASE',
        [ENVIRONMENT.targetDatabase]: 'NEW_DATABASE',
      },
      placement,
    });
  }
}
