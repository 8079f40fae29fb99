/**
 * Rules that every template of the app must pass, whoever changes a construct: `cdk synth` fails where one does not.
 * Written in CloudFormation Guard (github.com/aws-cloudformation/cloudformation-guard).
 */
import { CloudFormationValidatePlugin, Validations, type App } from 'aws-cdk-lib';

const RULES = `
let buckets = Resources.*[ Type == 'AWS::S3::Bucket' ]
let point_buckets = Resources.*[
  Type == 'AWS::S3::Bucket'
  some Properties.Tags[*].Value == 'recovery-points'
]
let keys = Resources.*[ Type == 'AWS::KMS::Key' ]

rule buckets_block_public_access when %buckets !empty {
  %buckets.Properties.PublicAccessBlockConfiguration {
    BlockPublicAcls == true <<A bucket must block public ACLs.>>
    BlockPublicPolicy == true <<A bucket must block public policies.>>
    IgnorePublicAcls == true <<A bucket must ignore public ACLs.>>
    RestrictPublicBuckets == true <<A bucket must restrict public access.>>
  }
}

rule buckets_are_versioned when %buckets !empty {
  %buckets.Properties.VersioningConfiguration.Status == 'Enabled' <<A bucket must be versioned.>>
}

rule buckets_are_retained when %buckets !empty {
  %buckets {
    DeletionPolicy in ['Retain', 'RetainExceptOnCreate'] <<A bucket must outlive its stack.>>
    UpdateReplacePolicy == 'Retain' <<A bucket must outlive its replacement.>>
  }
}

rule keys_are_retained when %keys !empty {
  %keys {
    DeletionPolicy == 'Retain' <<A key must outlive its stack.>>
    UpdateReplacePolicy == 'Retain' <<A key must outlive its replacement.>>
  }
}

rule recovery_points_are_locked when %point_buckets !empty {
  %point_buckets.Properties {
    ObjectLockEnabled == true <<A bucket of recovery points must have Object Lock.>>
    ObjectLockConfiguration.Rule.DefaultRetention.Days >= 1 <<A recovery point must be born locked.>>
  }
}
`;

/** Registers the rules beside the validation that CDK brings along. */
export function addGuardRules(app: App): void {
  const guardRules = [{ name: 'backstop', content: RULES }];
  Validations.of(app).addPlugins(new CloudFormationValidatePlugin({ guardRules }));
}
