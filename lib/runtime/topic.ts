/** Publishes to the topic of alarms: needs sns:Publish on it, and kms:GenerateDataKey and kms:Decrypt with its key. */
import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import { Failure } from '../contract/failure';
import { awsError } from './aws-error';

export interface TopicMessage {
  readonly subject: string;
  readonly text: string;
}

/** docs.aws.amazon.com/sns/latest/api/API_Publish.html: fewer than a hundred ASCII characters in one line. */
const SUBJECT_MAX = 99;

/** @throws Failure `unexpected` where SNS does not take it */
export async function publishMessage(
  client: SNSClient,
  topicArn: string,
  { subject, text }: TopicMessage,
): Promise<void> {
  const input = { TopicArn: topicArn, Subject: subjectLine(subject), Message: text };
  await client.send(new PublishCommand(input)).catch((error: unknown) => {
    throw new Failure('unexpected', `The topic ${topicArn} takes no message: ${awsError(error).text}`, {
      hint: 'The role needs sns:Publish on the topic, and kms:GenerateDataKey and kms:Decrypt with its key.',
      cause: error,
    });
  });
}

/** Must begin with a letter, a digit or a mark, and hold nothing that is not printed. */
function subjectLine(subject: string): string {
  const line = subject.replaceAll(/[^\x20-\x7e]+/g, ' ').trim();
  return line.length > SUBJECT_MAX ? `${line.slice(0, SUBJECT_MAX - 3)}...` : line || 'Backstop';
}
