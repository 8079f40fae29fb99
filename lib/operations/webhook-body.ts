/** What a webhook is sent, by format. Pure. */
import type { WebhookFormat } from '../contract/webhook-config';
import type { AlarmNotice, OtherNotice } from './alarm-notice';

type Notice = AlarmNotice | OtherNotice;

export function webhookBody(format: WebhookFormat, notice: Notice): unknown {
  return format === 'slack' ? { text: slackText(notice) } : genericBody(notice);
}

/** Every field is always there; null where it does not apply. `version` changes when a field changes its meaning. */
function genericBody(notice: Notice): unknown {
  if (!('alarm' in notice)) return { version: 1, type: 'message', ...notice };
  const { ours, ...facts } = notice;
  const { name = null, installation = null, database = null, severity = null, runbook = null } = ours ?? {};
  return { version: 1, type: 'alarm', name, installation, database, severity, ...facts, runbook };
}

const SLACK_SIGNS: Readonly<Record<string, string>> = { ALARM: ':rotating_light:', OK: ':white_check_mark:' };
/** Slack cuts longer texts itself, in the middle of a link. */
const SLACK_CHARACTERS = 3000;

function slackText(notice: Notice): string {
  if (!('alarm' in notice))
    return `*${escape(notice.subject)}*\n${escape(notice.text).slice(0, SLACK_CHARACTERS)}`;
  const { ours, alarm, state, previousState, reason, changedAt } = notice;
  const title = ours === undefined ? alarm : [ours.name, ours.database].filter(Boolean).join(': ');
  const facts = [
    `${previousState} -> ${state} at ${changedAt}`,
    ...(ours === undefined ? [] : [`installation ${ours.installation}, severity ${ours.severity}`]),
  ];
  return [
    `${SLACK_SIGNS[state] ?? ':grey_question:'} *${escape(state)}: ${escape(title)}*`,
    escape(reason).slice(0, SLACK_CHARACTERS),
    ...facts.map(escape),
    [
      ...(ours === undefined ? [] : [slackLink(ours.runbook, 'What to do')]),
      slackLink(notice.console, 'Console'),
    ].join(' | '),
  ].join('\n');
}

/** A path, as the default of `runbookUrl` is, is no link in Slack. */
function slackLink(target: string, label: string): string {
  return URL.canParse(target) ? `<${escape(target)}|${label}>` : `${label}: ${escape(target)}`;
}

/** Slack's three control characters: docs.slack.dev/messaging/formatting-message-text */
function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
