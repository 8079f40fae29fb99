/** The queue that gets a copy of each message of the alarm topic: needs sqs:ReceiveMessage and sqs:DeleteMessage on it. */
import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient, type Message } from '@aws-sdk/client-sqs';
import { Failure } from '../contract/failure';
import { awsError } from './aws-error';

export interface WitnessMessage {
  /** As it was published. */
  readonly body: string;
  /** For `forget`. */
  readonly receipt: string;
}

/** SQS waits no longer for a message. */
export const LONGEST_WAIT_SECONDS = 20;
/** What is of another test is there again for its reader after so long. */
const HIDDEN_SECONDS = 5;

export class WitnessQueue {
  private readonly client = new SQSClient({
    maxAttempts: 5,
    retryMode: 'standard',
    // The region's own, or that of the environment, as for every other client.
    useQueueUrlAsEndpoint: false,
  });

  constructor(readonly url: string) {}

  /**
   * What is there, or comes within the time; nothing is taken away.
   * @throws Failure `usage` where it may not be read; what the signal says, where it is aborted
   */
  async receive(waitSeconds: number, signal?: AbortSignal): Promise<WitnessMessage[]> {
    const command = new ReceiveMessageCommand({
      QueueUrl: this.url,
      MaxNumberOfMessages: 10,
      WaitTimeSeconds: Math.max(0, Math.min(LONGEST_WAIT_SECONDS, Math.round(waitSeconds))),
      VisibilityTimeout: HIDDEN_SECONDS,
    });
    const { Messages = [] } = await this.client
      .send(command, signal === undefined ? {} : { abortSignal: signal })
      .catch((cause: unknown) => {
        signal?.throwIfAborted();
        throw this.refused('read', 'sqs:ReceiveMessage', cause);
      });
    return Messages.map(({ Body: body = '', ReceiptHandle: receipt = '' }: Message) => ({ body, receipt }));
  }

  async forget({ receipt }: WitnessMessage): Promise<void> {
    const command = new DeleteMessageCommand({ QueueUrl: this.url, ReceiptHandle: receipt });
    await this.client.send(command).catch((cause: unknown) => {
      throw this.refused('emptied', 'sqs:DeleteMessage', cause);
    });
  }

  close(): void {
    this.client.destroy();
  }

  private refused(what: string, action: string, cause: unknown): Failure {
    return new Failure('usage', `The witness queue ${this.url} cannot be ${what}: ${awsError(cause).text}`, {
      hint: `Allow ${action} on it: docs/deploy.md lists what an operator must be allowed.`,
      cause,
    });
  }
}
