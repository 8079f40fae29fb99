/** Whom to call, as the settings say: shown where people look while something is wrong. */
import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { NotificationSettings } from '../settings/platform-schema';

/** For example `a restore is needed: Ada Example, +49 30 23125 100`. */
export function contactLines({ contacts }: Pick<NotificationSettings, 'contacts'>): string[] {
  return contacts.map(({ when, who, how }) => `${when}: ${who}, ${how}`);
}

/** An output of the stack; none where the settings name nobody. */
export function addContacts(scope: Construct, notifications: NotificationSettings): void {
  const lines = contactLines(notifications);
  if (lines.length === 0) return;
  new CfnOutput(Stack.of(scope), 'Contacts', { description: 'Whom to call', value: lines.join('\n') });
}
