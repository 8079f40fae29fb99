import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { Guardians } from './guardians';
import { keyProtection } from './key-protection';

export interface BackupKeyProps {
  /** For example `backstop/backups`: the key's alias. */
  readonly aliasName: string;
  readonly guardians: Guardians;
}

/** The key that encrypts every recovery point. It outlives the stack. */
export class BackupKey extends Construct {
  readonly key: Key;

  constructor(scope: Construct, id: string, props: BackupKeyProps) {
    super(scope, id);
    this.key = new Key(this, 'Key', {
      alias: props.aliasName,
      description: `Encrypts the recovery points of ${props.aliasName}`,
      enableKeyRotation: true,
      pendingWindow: Duration.days(30),
      removalPolicy: RemovalPolicy.RETAIN,
    });
    keyProtection(props.guardians).forEach((statement) => this.key.addToResourcePolicy(statement));
  }
}
