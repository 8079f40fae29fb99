/** The log of one task in CloudWatch, read on as it grows. */
import { CloudWatchLogsClient, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { awsError } from './aws-error';
import type { LogPlace } from './ecs-task';

export class TaskLog {
  private readonly client = new CloudWatchLogsClient({});
  private token: string | undefined;

  constructor(private readonly place: LogPlace) {}

  /** @returns the lines since the last call; none before the container has begun. @throws what CloudWatch says */
  async next(): Promise<string[]> {
    const lines: string[] = [];
    for (;;) {
      const page = await this.page();
      if (page === undefined) return lines;
      lines.push(...(page.events ?? []).map(({ message = '' }) => message.trimEnd()));
      // At the end CloudWatch answers with the token that it was given.
      if (page.nextForwardToken === undefined || page.nextForwardToken === this.token) return lines;
      this.token = page.nextForwardToken;
    }
  }

  private async page() {
    const { group: logGroupName, stream: logStreamName } = this.place;
    const place = { logGroupName, logStreamName, startFromHead: true };
    return this.client
      .send(new GetLogEventsCommand({ ...place, nextToken: this.token }))
      .catch((error: unknown) => {
        if (awsError(error).code === 'ResourceNotFoundException') return undefined;
        throw error;
      });
  }

  close(): void {
    this.client.destroy();
  }
}
