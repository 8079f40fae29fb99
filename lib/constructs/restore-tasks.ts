import { RemovalPolicy } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { namesOf } from '../contract/names';
import type { Settings } from '../settings/schema';
import { isReached } from './backup-environment';
import { RestoreTask } from './restore-task';
import type { StorageAccess } from './storage-access';
import type { TaskPlacement } from './task-placement';

export interface RestoreTasksProps {
  readonly settings: Settings;
  readonly storage: StorageAccess;
  readonly placement: TaskPlacement;
}

/** A restore task for each major version in use, and the secret that says where to restore to. */
export class RestoreTasks extends Construct {
  constructor(scope: Construct, id: string, { settings, ...props }: RestoreTasksProps) {
    super(scope, id);
    const { name: installation, compute } = settings;
    const authoritiesByMajor = trustedByMajor(settings);
    if (authoritiesByMajor.size === 0) return;
    const target = this.newTarget(installation);
    for (const [major, authorities] of authoritiesByMajor)
      new RestoreTask(this, `Postgres${major}`, {
        ...props,
        installation,
        compute,
        major,
        authorities,
        target,
      });
  }

  /** There before it is needed: in an emergency the operator fills in the server's URL and password. */
  private newTarget(installation: string): Secret {
    return new Secret(this, 'Target', {
      secretName: namesOf(installation).restoreTargetSecret,
      description: 'Where to restore to: url (postgres://user@host:5432, without password) and password',
      generateSecretString: {
        secretStringTemplate: JSON.stringify({ url: 'postgres://user@fill-in-the-host.invalid:5432' }),
        generateStringKey: 'password',
      },
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }
}

/** Of the databases that tasks reach. Where they trust different authorities, those that need more than the system's. */
function trustedByMajor({ databases }: Settings): Map<number, string> {
  const byMajor = new Map<number, string>();
  for (const { major, connection } of Object.values(databases).filter(isReached)) {
    const { authorities } = connection.tls;
    if (authorities !== 'system' || !byMajor.has(major)) byMajor.set(major, authorities);
  }
  return new Map([...byMajor].sort(([a], [b]) => a - b));
}
