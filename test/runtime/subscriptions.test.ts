/** Who is subscribed, as SNS tells it. The emulator confirms everybody, so a server answers in SNS's own words. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SNSClient } from '@aws-sdk/client-sns';
import { readSubscriptions } from '../../lib/runtime/subscriptions';

const TOPIC = 'arn:aws:sns:eu-central-1:123456789012:backstop-alarms';

/** https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptionsByTopic.html */
function page(members: readonly (readonly [endpoint: string, arn: string])[], next?: string): string {
  const member = ([endpoint, arn]: readonly [string, string]) =>
    `<member><TopicArn>${TOPIC}</TopicArn><Protocol>email</Protocol><SubscriptionArn>${arn}</SubscriptionArn>` +
    `<Owner>123456789012</Owner><Endpoint>${endpoint}</Endpoint></member>`;
  const token = next === undefined ? '' : `<NextToken>${next}</NextToken>`;
  return (
    '<ListSubscriptionsByTopicResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><ListSubscriptionsByTopicResult>' +
    `<Subscriptions>${members.map(member).join('')}</Subscriptions>${token}` +
    '</ListSubscriptionsByTopicResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata>' +
    '</ListSubscriptionsByTopicResponse>'
  );
}

let server: Server;
let client: SNSClient;
let answer: (request: string) => { readonly status: number; readonly body: string };

beforeAll(async () => {
  server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      const { status, body } = answer(text);
      response.writeHead(status, { 'content-type': 'text/xml' }).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  client = new SNSClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'testing', secretAccessKey: 'testing' },
  });
});

afterAll(() => {
  client.destroy();
  server.close();
});

test('only a subscription with an ARN is confirmed, one that was cancelled is none, and every page is read', async () => {
  answer = (request) => ({
    status: 200,
    body: request.includes('NextToken=two')
      ? page([
          ['b@example.com', 'PendingConfirmation'],
          ['c@example.com', 'Deleted'],
        ])
      : page([['a@example.com', `${TOPIC}:9c0f6b4e-0000-4000-8000-000000000000`]], 'two'),
  });
  expect(await readSubscriptions(client, TOPIC)).toEqual([
    { endpoint: 'a@example.com', confirmed: true },
    { endpoint: 'b@example.com', confirmed: false },
  ]);
});

test('a topic without subscriptions has none', async () => {
  answer = () => ({ status: 200, body: page([]) });
  expect(await readSubscriptions(client, TOPIC)).toEqual([]);
});

test('what SNS refuses is told with the permission that is missing', async () => {
  const code = '<Error><Type>Sender</Type><Code>AuthorizationError</Code><Message>No</Message></Error>';
  answer = () => ({ status: 403, body: `<ErrorResponse>${code}<RequestId>r</RequestId></ErrorResponse>` });
  await expect(readSubscriptions(client, TOPIC)).rejects.toMatchObject({
    kind: 'store-failed',
    message: expect.stringContaining(TOPIC) as string,
    hint: 'The role needs sns:ListSubscriptionsByTopic on the topic.',
  });
});
