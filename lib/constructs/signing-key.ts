import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { Guardians } from './guardians';
import { keyProtection } from './key-protection';

export interface SigningKeyProps {
  /** For example `backstop/manifest-signing`: the key's alias. */
  readonly aliasName: string;
  /** What is signed with it, for people who read the list of keys. */
  readonly signs: string;
  readonly guardians: Guardians;
}

/**
 * An asymmetric key whose private half never leaves KMS. Multi-Region, so that a replica can still sign where the first
 * region is gone; the public half verifies without AWS.
 */
export class SigningKey extends Construct {
  readonly key: Key;

  constructor(scope: Construct, id: string, props: SigningKeyProps) {
    super(scope, id);
    this.key = new Key(this, 'Key', {
      alias: props.aliasName,
      description: `Signs ${props.signs}`,
      keySpec: KeySpec.ECC_NIST_P256,
      keyUsage: KeyUsage.SIGN_VERIFY,
      multiRegion: true,
      pendingWindow: Duration.days(30),
      removalPolicy: RemovalPolicy.RETAIN,
    });
    keyProtection(props.guardians).forEach((statement) => this.key.addToResourcePolicy(statement));
  }
}
