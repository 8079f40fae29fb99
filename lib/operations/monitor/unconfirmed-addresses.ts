/** Addresses that no alarm reaches. Pure. */
import type { Subscription } from '../../runtime/subscriptions';

/**
 * SNS forgets a subscription that nobody confirmed within 48 hours
 * (docs.aws.amazon.com/sns/latest/dg/sns-delete-subscription-topic.html), so those of the settings are looked for.
 * @param emails of the settings
 */
export function unconfirmedAddresses(
  emails: readonly string[],
  subscriptions: readonly Subscription[],
): string[] {
  const confirmed = subscriptions.filter((subscription) => subscription.confirmed).map(addressOf);
  const pending = subscriptions.filter((subscription) => !subscription.confirmed).map(addressOf);
  const expected = emails.map((email) => email.toLowerCase());
  return [...new Set([...expected, ...pending])].filter((address) => !confirmed.includes(address)).sort();
}

function addressOf({ endpoint }: Subscription): string {
  return endpoint.toLowerCase();
}
