/** What reaches a webhook: alarm, database, change of state, reason, runbook and console, in each format. */
import { noticeOf, topicEventSchema } from '../../lib/operations/alarm-notice';
import { webhookBody } from '../../lib/operations/webhook-body';

const RUNBOOK = 'https://example.com/runbook';

/** As CloudWatch publishes it; the fields that nobody reads stand for those that may come. */
function alarmMessage(changes: object = {}): { readonly Subject: string; readonly Message: string } {
  const name = 'test-BackupFailed-shop@databases-1';
  const message = {
    AlarmName: name,
    AlarmDescription: 'shop (test): a run failed.',
    AWSAccountId: '111122223333',
    AlarmConfigurationUpdatedTimestamp: '2026-11-20T02:00:00.000+0000',
    NewStateValue: 'ALARM',
    NewStateReason:
      'Threshold Crossed: 1 datapoint [1.0 (20/11/26 02:28:00)] was greater than the threshold (0.0).',
    StateChangeTime: '2026-11-20T02:43:11.089+0000',
    Region: 'EU (Frankfurt)',
    AlarmArn: `arn:aws:cloudwatch:eu-central-1:111122223333:alarm:${name}`,
    OldStateValue: 'OK',
    OKActions: [],
    Trigger: { Metrics: [], Period: 900, EvaluationPeriods: 1, Threshold: 0 },
    ...changes,
  };
  return { Subject: `ALARM: "${name}" in EU (Frankfurt)`, Message: JSON.stringify(message) };
}

const bodyOf = (format: 'generic' | 'slack', changes: object = {}, runbook = RUNBOOK) =>
  webhookBody(format, noticeOf(alarmMessage(changes), runbook));
const slackText = (changes: object = {}, runbook = RUNBOOK) =>
  (bodyOf('slack', changes, runbook) as { readonly text: string }).text;

test('the generic format has every fact in a field of its own', () => {
  expect(bodyOf('generic')).toEqual({
    version: 1,
    type: 'alarm',
    name: 'BackupFailed',
    installation: 'test',
    database: 'shop',
    severity: 'high',
    alarm: 'test-BackupFailed-shop@databases-1',
    state: 'ALARM',
    previousState: 'OK',
    reason: 'Threshold Crossed: 1 datapoint [1.0 (20/11/26 02:28:00)] was greater than the threshold (0.0).',
    changedAt: '2026-11-20T02:43:11.089+0000',
    console:
      'https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#alarmsV2:alarm/test-BackupFailed-shop%40databases-1',
    runbook: 'https://example.com/runbook#backupfailed',
  });
});

test('the Slack format says all of it in a text', () => {
  expect(bodyOf('slack')).toEqual({
    text: [
      ':rotating_light: *ALARM: BackupFailed: shop*',
      'Threshold Crossed: 1 datapoint [1.0 (20/11/26 02:28:00)] was greater than the threshold (0.0).',
      'OK -&gt; ALARM at 2026-11-20T02:43:11.089+0000',
      'installation test, severity high',
      '<https://example.com/runbook#backupfailed|What to do> | <https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#alarmsV2:alarm/test-BackupFailed-shop%40databases-1|Console>',
    ].join('\n'),
  });
});

test('the end of an alarm looks otherwise than its beginning', () => {
  expect(slackText({ OldStateValue: 'ALARM', NewStateValue: 'OK' })).toMatch(
    /^:white_check_mark: \*OK: BackupFailed: shop\*/,
  );
});

test('what could be markup in Slack is text', () => {
  expect(slackText({ NewStateReason: '<!channel> a & b' })).toContain('&lt;!channel&gt; a &amp; b');
});

test('a runbook that is a path is no link in Slack', () => {
  expect(slackText({}, 'docs/runbook.md')).toContain('What to do: docs/runbook.md#backupfailed | <https://');
});

test('an alarm of the installation has no database', () => {
  const changes = {
    AlarmName: 'test-MonitorSilent',
    AlarmArn: 'arn:aws:cloudwatch:eu-central-1:1:alarm:test-MonitorSilent',
  };
  expect(bodyOf('generic', changes)).toMatchObject({ name: 'MonitorSilent', database: null });
  expect(slackText(changes)).toContain('*ALARM: MonitorSilent*');
});

test("somebody else's alarm is passed on under its own name", () => {
  expect(bodyOf('generic', { AlarmName: 'CpuHigh' })).toMatchObject({
    alarm: 'CpuHigh',
    name: null,
    runbook: null,
    state: 'ALARM',
  });
  expect(slackText({ AlarmName: 'CpuHigh' })).toContain('*ALARM: CpuHigh*');
});

test.each([
  ['aws-cn', 'https://cn-north-1.console.amazonaws.cn/'],
  ['aws-us-gov', 'https://cn-north-1.console.amazonaws-us-gov.com/'],
])('the console of %s has a host of its own', (partition, host) => {
  const AlarmArn = `arn:${partition}:cloudwatch:cn-north-1:111122223333:alarm:x`;
  const { console } = bodyOf('generic', { AlarmArn }) as { readonly console: string };
  expect(console.startsWith(host)).toBe(true);
});

test.each(['no JSON', '{"other": true}', '"text"'])(
  'a message that is no alarm is passed on as it is: %s',
  (Message) => {
    const notice = noticeOf({ Subject: 'A test', Message }, RUNBOOK);
    expect(webhookBody('generic', notice)).toEqual({
      version: 1,
      type: 'message',
      subject: 'A test',
      text: Message,
    });
    expect(webhookBody('slack', notice)).toEqual({ text: `*A test*\n${Message}` });
  },
);

test('a message without subject is passed on, too', () => {
  expect(noticeOf({ Subject: null, Message: 'text' }, RUNBOOK)).toEqual({ subject: 'Message', text: 'text' });
});

test('an event without records is refused', () => {
  expect(topicEventSchema.safeParse({ Records: [] }).success).toBe(false);
});
