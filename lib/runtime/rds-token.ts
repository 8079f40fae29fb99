/**
 * RDS IAM authentication: instead of a password, a token that is signed with the process's own AWS credentials.
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html
 */
import { Signer } from '@aws-sdk/rds-signer';
import { Failure, messageOf } from '../contract/failure';

export interface TokenSubject {
  /** The name under which RDS knows the server: an alias makes a token that is refused. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
}

/** @returns what makes a token: a secret, good for opening sessions within the next 15 minutes */
export function rdsTokens({ host, port, user }: TokenSubject): () => Promise<string> {
  const signer = new Signer({ hostname: host, port, username: user });
  return async () => {
    try {
      return await signer.getAuthToken();
    } catch (error) {
      throw new Failure('database-unreachable', `No RDS IAM token could be made: ${messageOf(error)}`, {
        cause: error,
        hint: 'Check the AWS credentials and the region (AWS_REGION); a task has those of its role.',
      });
    }
  };
}
