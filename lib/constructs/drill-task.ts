import { Secret as ContainerSecret } from 'aws-cdk-lib/aws-ecs';
import { Construct } from 'constructs';
import { drillMaxAgeHours } from '../contract/drill-schedule';
import { ENVIRONMENT } from '../contract/environment';
import { DRILL_CONTAINER, drillTaskFamily } from '../contract/names';
import { WRITABLE_FOLDERS } from '../contract/task-image';
import type { BackedUpDatabase } from '../settings/database-schema';
import type { ComputeSettings } from '../settings/platform-schema';
import { isReached } from './backup-environment';
import { secretOf } from './backup-task';
import { ProgramTask, type SharedStart } from './program-task';
import type { StorageAccess } from './storage-access';
import { taskImage, type TaskImage } from './task-image';

export interface DrillTaskProps {
  readonly installation: string;
  /** Its name in the settings. */
  readonly database: string;
  readonly settings: BackedUpDatabase;
  readonly compute: ComputeSettings;
  readonly storage: StorageAccess;
  /** With the other drills of the stack. */
  readonly shared: SharedStart;
}

/**
 * Proves one database's recovery points: its role reads these alone, and signs what it found with a key that signs nothing
 * else. It needs no way to the database itself.
 */
export class DrillTask extends Construct {
  readonly task: ProgramTask;

  constructor(scope: Construct, id: string, props: DrillTaskProps) {
    super(scope, id);
    const { installation, database, settings, compute, storage, shared } = props;
    const image = this.image(props);
    this.task = new ProgramTask(this, 'Task', {
      family: drillTaskFamily(installation, database),
      container: DRILL_CONTAINER,
      command: ['drill', 'newest'],
      image,
      size: settings.drill.task,
      compute,
      shared,
      environment: {
        ...drillEnvironment(database, settings),
        [ENVIRONMENT.store]: storage.storeUrl,
        [ENVIRONMENT.signer]: `kms:${storage.manifestSigningKeyArn}`,
        [ENVIRONMENT.evidenceSigner]: `kms:${storage.evidenceSigningKeyArn}`,
        ...(image.digest !== undefined && { [ENVIRONMENT.imageDigest]: image.digest }),
      },
      secrets: this.target(settings),
    });
    storage.grantDrill(this.task, database);
  }

  /** A throw-away server takes the server's programs; a server that is there takes the client's, and whom to trust. */
  private image({ settings, compute }: DrillTaskProps): TaskImage {
    const { drill, major } = settings;
    if (drill.target === 'throw-away') {
      const props = { compute, major, authorities: 'system', program: 'drill' } as const;
      return taskImage(this, 'Image', drill.image === undefined ? props : { ...props, base: drill.image });
    }
    const authorities = isReached(settings) ? settings.connection.tls.authorities : 'system';
    return taskImage(this, 'Image', { compute, major, authorities });
  }

  private target({ drill: { target } }: BackedUpDatabase): Record<string, ContainerSecret> {
    if (target === 'throw-away') return {};
    const secret = secretOf(this, 'Target', target.secret);
    return {
      [ENVIRONMENT.to]: ContainerSecret.fromSecretsManager(secret, 'url'),
      PGPASSWORD: ContainerSecret.fromSecretsManager(secret, 'password'),
    };
  }
}

/** What the settings of a database say of its drills, in the words of the program. */
export function drillEnvironment(name: string, settings: BackedUpDatabase): Record<string, string> {
  const { alsoFailsOn, checks, minimumRows, task } = settings.drill;
  return {
    [ENVIRONMENT.database]: name,
    /** A job for each core. */
    [ENVIRONMENT.jobs]: String(Math.max(1, task.cpu / 1024)),
    [ENVIRONMENT.scratch]: WRITABLE_FOLDERS.scratch,
    [ENVIRONMENT.drillMaxAgeHours]: String(drillMaxAgeHours(settings)),
    [ENVIRONMENT.drillMinimumRows]: String(minimumRows),
    ...(alsoFailsOn.length > 0 && { [ENVIRONMENT.drillAlsoFailsOn]: alsoFailsOn.join(',') }),
    ...(checks.length > 0 && { [ENVIRONMENT.drillChecks]: JSON.stringify(checks) }),
  };
}
