/** Who is subscribed to the topic of alarms: needs sns:ListSubscriptionsByTopic on it. */
import { ListSubscriptionsByTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { Failure } from '../contract/failure';
import { awsError } from './aws-error';

export interface Subscription {
  /** An address, a URL or an ARN. */
  readonly endpoint: string;
  readonly confirmed: boolean;
}

/** Credentials, region and endpoint come from the SDK's standard environment. */
export function snsClient(): SNSClient {
  return new SNSClient({
    maxAttempts: 5,
    retryMode: 'standard',
    requestHandler: { connectionTimeout: 10_000, socketTimeout: 30_000 },
  });
}

/** Stands instead of an ARN; of one that was cancelled stands `Deleted` for a while. */
const PENDING = 'PendingConfirmation';

/**
 * Without those that were cancelled: docs.aws.amazon.com/sns/latest/api/API_ListSubscriptionsByTopic.html
 * @throws Failure `store-failed`
 */
export async function readSubscriptions(client: SNSClient, topicArn: string): Promise<Subscription[]> {
  const found: Subscription[] = [];
  let NextToken: string | undefined;
  do {
    const command = new ListSubscriptionsByTopicCommand({ TopicArn: topicArn, NextToken });
    const answer = await client.send(command).catch((error: unknown) => {
      throw new Failure('store-failed', `The subscriptions of ${topicArn}: ${awsError(error).text}`, {
        hint: 'The role needs sns:ListSubscriptionsByTopic on the topic.',
        cause: error,
      });
    });
    for (const { Endpoint = '', SubscriptionArn = '' } of answer.Subscriptions ?? []) {
      const confirmed = SubscriptionArn.startsWith('arn:');
      if (confirmed || SubscriptionArn === PENDING) found.push({ endpoint: Endpoint, confirmed });
    }
    NextToken = answer.NextToken;
  } while (NextToken !== undefined && NextToken !== '');
  return found;
}
