/** A deployed installation, found by the outputs of its stacks: needs cloudformation:DescribeStacks on them. */
import { CloudFormationClient, DescribeStacksCommand, type Stack } from '@aws-sdk/client-cloudformation';
import { Failure } from '../contract/failure';
import { stackName, type InstallationStack } from '../contract/installation-outputs';
import { callerIdentity } from './aws-account';
import { awsError } from './aws-error';

/** Where a stack is. */
export interface StackPlace {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
}

export interface StackOutputs<Name extends string> {
  readonly place: StackPlace;
  readonly outputs: Readonly<Record<Name, string>>;
}

const DEPLOY_AGAIN = 'Deploy it again with this version: npx cdk deploy --all.';

/**
 * @param wanted the outputs that are needed, by the names under which they are answered
 * @throws Failure `usage` where there is no such stack, it may not be read, or it says something not
 */
export async function readStackOutputs<Name extends string>(
  installation: string,
  stack: InstallationStack,
  wanted: Readonly<Record<Name, string>>,
): Promise<StackOutputs<Name>> {
  const name = stackName(installation, stack);
  const described = await describe(installation, name);
  const told = new Map(
    (described.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
  );
  const missing = Object.values<string>(wanted).filter((key) => !told.has(key));
  if (missing.length > 0) {
    const state = described.StackStatus ?? 'unknown';
    throw new Failure('usage', `The stack ${name} (${state}) has no output ${missing.join(', ')}.`, {
      hint: DEPLOY_AGAIN,
    });
  }
  const outputs = Object.entries<string>(wanted).map(([as, key]) => [as, told.get(key) ?? '']);
  return {
    place: placeOf(described.StackId ?? ''),
    outputs: Object.fromEntries(outputs) as Record<Name, string>,
  };
}

async function describe(installation: string, StackName: string): Promise<Stack> {
  const client = new CloudFormationClient({ maxAttempts: 3 });
  try {
    const region = await client.config.region().catch((cause: unknown) => {
      throw new Failure('usage', `It is not said in which region to look for the stack ${StackName}.`, {
        hint: `Set AWS_REGION, or choose a profile that has one with AWS_PROFILE.`,
        cause,
      });
    });
    const { Stacks: [stack] = [] } = await client
      .send(new DescribeStacksCommand({ StackName }))
      .catch(async (error: unknown) => {
        throw await notRead(error, { installation, name: StackName, region });
      });
    if (stack !== undefined) return stack;
    throw await notRead(new Error('does not exist'), { installation, name: StackName, region });
  } finally {
    client.destroy();
  }
}

interface Sought {
  readonly installation: string;
  readonly name: string;
  readonly region: string;
}

/** Says also in which account was looked: the credentials may be another one's. */
async function notRead(cause: unknown, { installation, name, region }: Sought): Promise<Failure> {
  const { code, text } = awsError(cause);
  if (code === 'CredentialsProviderError') {
    return new Failure('usage', `The stack ${name} cannot be looked for in ${region}: ${text}`, {
      hint: 'Sign in (aws sso login), or choose a profile with AWS_PROFILE.',
      cause,
    });
  }
  const account = await callerIdentity(region).then(
    ({ account, arn }) => `${account} (as ${arn})`,
    () => 'of these credentials, which AWS does not tell',
  );
  if (/does not exist/.test(text)) {
    return new Failure(
      'usage',
      `There is no stack ${name} in the region ${region} of the account ${account}.`,
      {
        hint: `Check the installation's name (${installation}, as in the settings), AWS_REGION and AWS_PROFILE; or deploy it: npx cdk deploy --all.`,
        cause,
      },
    );
  }
  return new Failure('usage', `The stack ${name} in ${region}, account ${account}: ${text}`, {
    hint: `Allow cloudformation:DescribeStacks on ${name}, or check AWS_PROFILE and AWS_REGION.`,
    cause,
  });
}

/** From `arn:aws:cloudformation:eu-central-1:111122223333:stack/acme-compute/…`. */
function placeOf(stackId: string): StackPlace {
  const [, partition = '', , region = '', account = ''] = stackId.split(':');
  return { partition, region, account };
}
