import { Stack, type StackProps } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { programLog } from '../constructs/program-log';
import { StorageAccess } from '../constructs/storage-access';
import type { Settings } from '../settings/schema';

export interface DatabasesStackProps extends StackProps {
  readonly settings: Settings;
  /** Names of the databases, as in the settings. */
  readonly databases: readonly string[];
}

/** What exists once per database: at most 25 of them, so that it fits into a stack. */
export class DatabasesStack extends Stack {
  readonly storage: StorageAccess;

  constructor(scope: Construct, id: string, props: DatabasesStackProps) {
    super(scope, id, props);
    this.storage = new StorageAccess(this, props.settings.name);
    for (const name of props.databases) this.addDatabase(name, props.settings);
  }

  private addDatabase(name: string, { compute }: Settings): void {
    const scope = new Construct(this, name);
    programLog(scope, compute.logDays);
  }
}
