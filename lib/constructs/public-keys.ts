import { CfnOutput, CustomResource, Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { PUBLIC_KEY_RESOURCE } from '../contract/public-key-request';
import { BundledFunction } from './bundled-function';
import type { StorageAccess } from './storage-access';

export interface PublicKeysProps {
  readonly storage: StorageAccess;
  readonly logDays: number;
}

/**
 * The public halves of the signing keys as outputs: kept away from AWS, they verify manifests and evidence when AWS, or
 * the account, is no longer there. CloudFormation knows no attribute for them, so a program asks KMS.
 */
export class PublicKeys extends Construct {
  constructor(scope: Construct, id: string, { storage, logDays }: PublicKeysProps) {
    super(scope, id);
    const program = new BundledFunction(this, 'Program', {
      name: 'public-key',
      description: 'Tells the deployment the public halves of the signing keys',
      timeout: Duration.minutes(2),
      memoryMiB: 256,
      logDays,
    });
    storage.grantReadPublicKeys(program);
    const keys = { Manifest: storage.manifestSigningKeyArn, Evidence: storage.evidenceSigningKeyArn };
    for (const [signed, keyArn] of Object.entries(keys)) {
      const resource = new CustomResource(this, signed, {
        resourceType: PUBLIC_KEY_RESOURCE,
        serviceToken: program.function.functionArn,
        serviceTimeout: Duration.minutes(3),
        properties: { KeyArn: keyArn },
      });
      // Its rights, too, must be there before it is called.
      resource.node.addDependency(program);
      new CfnOutput(this, `${signed}PublicKey`, { value: resource.getAttString('Pem') }).overrideLogicalId(
        `${signed}PublicKey`,
      );
      new CfnOutput(this, `${signed}PublicKeySha256`, {
        value: resource.getAttString('Sha256'),
      }).overrideLogicalId(`${signed}PublicKeySha256`);
    }
  }
}
