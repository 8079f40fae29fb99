/** How a target is reached by RDS IAM authentication. */
import { Failure } from '../contract/failure';
import { rdsTokens } from '../runtime/rds-token';
import { describeTarget, type ConnectionTarget } from './connection';

/**
 * The target with a token for each session. Workers of a parallel pg_dump take that of their leader: they open within
 * minutes, right after it has read the schema.
 * @throws Failure `usage` where the token could travel in clear
 */
export function withRdsIam(target: ConnectionTarget): ConnectionTarget {
  if (target.sslMode === 'disable' || target.sslMode === 'prefer') {
    throw new Failure(
      'usage',
      `${describeTarget(target)} would be reached with sslmode ${target.sslMode}; RDS IAM authentication needs TLS.`,
      { hint: 'Write sslmode=verify-full, with the authorities of RDS as sslrootcert.' },
    );
  }
  return { ...target, password: rdsTokens(target), passfile: undefined };
}
