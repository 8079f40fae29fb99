/** Whose account the credentials open, and whether the CDK was bootstrapped there. Changes nothing. */
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { Failure } from '../contract/failure';
import { awsError } from './aws-error';

export interface CallerIdentity {
  readonly account: string;
  readonly arn: string;
}

/** Where `cdk bootstrap` writes its version: docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html */
const BOOTSTRAP_PARAMETER = '/cdk-bootstrap/hnb659fds/version';

/** The region of the environment or of the profile; undefined where none is said. */
export async function environmentRegion(): Promise<string | undefined> {
  const client = new STSClient({});
  try {
    return await client.config.region();
  } catch {
    return undefined;
  } finally {
    client.destroy();
  }
}

/** @throws Failure `usage` where there are no credentials that AWS accepts */
export async function callerIdentity(region: string): Promise<CallerIdentity> {
  const client = new STSClient({ region });
  try {
    const { Account: account = '', Arn: arn = '' } = await client.send(new GetCallerIdentityCommand({}));
    return { account, arn };
  } catch (cause) {
    throw new Failure('usage', awsError(cause).text, {
      hint: 'Sign in (aws sso login), or choose a profile with AWS_PROFILE.',
      cause,
    });
  } finally {
    client.destroy();
  }
}

/**
 * @returns the version of the bootstrap; undefined where there is none
 * @throws Failure `usage` where it may not be read
 */
export async function bootstrapVersion(region: string): Promise<string | undefined> {
  const client = new SSMClient({ region });
  try {
    const { Parameter: parameter } = await client.send(
      new GetParameterCommand({ Name: BOOTSTRAP_PARAMETER }),
    );
    return parameter?.Value;
  } catch (cause) {
    const { code, text } = awsError(cause);
    if (code === 'ParameterNotFound') return undefined;
    throw new Failure('usage', text, { hint: `Allow ssm:GetParameter on ${BOOTSTRAP_PARAMETER}.`, cause });
  } finally {
    client.destroy();
  }
}
