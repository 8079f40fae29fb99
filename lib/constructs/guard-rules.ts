/**
 * Rules that every template of the app must pass, whoever changes a construct: `cdk synth` fails where one does not.
 * Written in CloudFormation Guard (github.com/aws-cloudformation/cloudformation-guard).
 */
import { CloudFormationValidatePlugin, Validations, type App } from 'aws-cdk-lib';

const STORAGE_RULES = `
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

const PERMISSION_RULES = `
let policies = Resources.*[ Type in ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'] ]
let roles_with_policies = Resources.*[ Type == 'AWS::IAM::Role'  Properties.Policies exists ]

rule no_role_destroys_objects when %policies !empty {
  %policies.Properties.PolicyDocument.Statement[ Effect == 'Allow' ].Action[*] != /^(\\*|s3:\\*|s3:Delete.*|s3:Bypass.*)$/ <<No role of Backstop may delete objects.>>
}

rule no_role_destroys_objects_by_itself when %roles_with_policies !empty {
  %roles_with_policies.Properties.Policies[*].PolicyDocument.Statement[ Effect == 'Allow' ].Action[*] != /^(\\*|s3:\\*|s3:Delete.*|s3:Bypass.*)$/ <<No role of Backstop may delete objects.>>
}

rule roles_are_passed_to_one_service when %policies !empty {
  %policies.Properties.PolicyDocument.Statement[ some Action[*] == /^iam:(PassRole|\\*)$/ ] {
    Condition.StringEquals.'iam:PassedToService' exists <<A role may be passed only to a service that is named.>>
  }
}

rule roles_are_passed_to_one_service_by_themselves when %roles_with_policies !empty {
  %roles_with_policies.Properties.Policies[*].PolicyDocument.Statement[ some Action[*] == /^iam:(PassRole|\\*)$/ ] {
    Condition.StringEquals.'iam:PassedToService' exists <<A role may be passed only to a service that is named.>>
  }
}
`;

const PROGRAM_RULES = `
let alarms = Resources.*[ Type == 'AWS::CloudWatch::Alarm' ]
let logs = Resources.*[ Type == 'AWS::Logs::LogGroup' ]
let tasks = Resources.*[ Type == 'AWS::ECS::TaskDefinition' ]
let schedules = Resources.*[ Type == 'AWS::Scheduler::Schedule' ]
let rules = Resources.*[ Type == 'AWS::Events::Rule' ]
let security_groups = Resources.*[ Type == 'AWS::EC2::SecurityGroup' ]
let ingress_rules = Resources.*[ Type == 'AWS::EC2::SecurityGroupIngress' ]

rule alarms_reach_somebody when %alarms !empty {
  %alarms.Properties {
    AlarmActions !empty <<An alarm must tell somebody.>>
    TreatMissingData exists <<An alarm must say what silence means.>>
  }
}

rule logs_end_some_day when %logs !empty {
  %logs.Properties.RetentionInDays exists <<A log must not be kept for ever.>>
}

rule containers_are_confined when %tasks !empty {
  %tasks.Properties.ContainerDefinitions[*] {
    ReadonlyRootFilesystem == true <<A container's root must be read-only.>>
    User exists <<A container must name its user.>>
    User != /^(0|root)(:|$)/ <<A container must not run as root.>>
    Privileged not exists or Privileged == false <<A container must not be privileged.>>
    LogConfiguration.Options.mode == 'blocking' <<A container's log must not drop lines.>>
  }
}

rule schedules_are_bounded when %schedules !empty {
  %schedules.Properties.Target {
    DeadLetterConfig.Arn exists <<A schedule must keep what it could not deliver.>>
    RetryPolicy.MaximumRetryAttempts <= 5 <<A schedule must not retry for a day.>>
  }
}

rule rules_keep_what_they_could_not_deliver when %rules !empty {
  %rules.Properties.Targets[*] {
    DeadLetterConfig.Arn exists <<A rule must keep what it could not deliver.>>
    RetryPolicy.MaximumEventAgeInSeconds exists <<A rule must not retry for a day.>>
  }
}

rule nothing_listens when %security_groups !empty {
  %security_groups.Properties {
    SecurityGroupIngress[ CidrIp == '0.0.0.0/0' ] empty <<Nothing may be reached from everywhere.>>
    SecurityGroupIngress[ CidrIpv6 == '::/0' ] empty <<Nothing may be reached from everywhere.>>
  }
}

rule rules_of_security_groups_open_nothing when %ingress_rules !empty {
  %ingress_rules.Properties {
    CidrIp not exists or CidrIp != '0.0.0.0/0' <<Nothing may be reached from everywhere.>>
    CidrIpv6 not exists or CidrIpv6 != '::/0' <<Nothing may be reached from everywhere.>>
  }
}
`;

/** Registers the rules beside the validation that CDK brings along. */
export function addGuardRules(app: App): void {
  const guardRules = [
    { name: 'backstop-storage', content: STORAGE_RULES },
    { name: 'backstop-permissions', content: PERMISSION_RULES },
    { name: 'backstop-programs', content: PROGRAM_RULES },
  ];
  Validations.of(app).addPlugins(new CloudFormationValidatePlugin({ guardRules }));
}
