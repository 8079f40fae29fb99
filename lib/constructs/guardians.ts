/** Who may touch what protects the backups: the two roles that every deny statement leaves out. */
import { Aws, DefaultStackSynthesizer, Stack } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { Settings } from '../settings/schema';

export interface Guardians {
  /** Role with which CloudFormation deploys: may change the protection, but deletes no object and no key. */
  readonly deploymentRoleArn: string;
  /** Role for emergencies. @default - nobody may delete */
  readonly breakGlassRoleArn?: string;
}

export function guardiansOf(scope: Construct, settings: Settings): Guardians {
  return {
    deploymentRoleArn: settings.deploymentRoleArn ?? bootstrappedRoleArn(Stack.of(scope)),
    breakGlassRoleArn: settings.breakGlassRoleArn,
  };
}

/** The CloudFormation execution role of `cdk bootstrap`, by its exact name: a pattern could be imitated. */
function bootstrappedRoleArn(stack: Stack): string {
  const qualifier = stack.synthesizer.bootstrapQualifier ?? DefaultStackSynthesizer.DEFAULT_QUALIFIER;
  const { account, region } = stack;
  return `arn:${Aws.PARTITION}:iam::${account}:role/cdk-${qualifier}-cfn-exec-role-${account}-${region}`;
}

export interface Denial {
  readonly sid: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** Roles that keep what their own policies allow; undefined ones are left out. */
  readonly exceptRoleArns: readonly (string | undefined)[];
}

/** aws:PrincipalArn is the role's ARN also for its sessions; who has none (anonymous) is denied as well. */
export function denyToOthers({ sid, actions, resources, exceptRoleArns }: Denial): PolicyStatement {
  const roleArns = exceptRoleArns.filter((arn) => arn !== undefined);
  return new PolicyStatement({
    sid,
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: [...actions],
    resources: [...resources],
    ...(roleArns.length > 0 && { conditions: { ArnNotLike: { 'aws:PrincipalArn': roleArns } } }),
  });
}
