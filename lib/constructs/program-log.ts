import { RemovalPolicy } from 'aws-cdk-lib';
import { LogGroup, type CfnLogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

/**
 * Log of one program. It stays when its stack goes, because then it may tell why, and empties itself in time.
 * @param days as in the settings' `compute.logDays`, which allows only what CloudWatch takes
 */
export function programLog(scope: Construct, days: number): LogGroup {
  const log = new LogGroup(scope, 'Log', { removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE });
  (log.node.defaultChild as CfnLogGroup).retentionInDays = days;
  return log;
}
