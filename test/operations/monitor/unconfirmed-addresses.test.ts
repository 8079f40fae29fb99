/** An address that no alarm reaches is noticed, also long after SNS forgot it. */
import { unconfirmedAddresses } from '../../../lib/operations/monitor/unconfirmed-addresses';

const on = (endpoint: string) => ({ endpoint, confirmed: true });
const pending = (endpoint: string) => ({ endpoint, confirmed: false });

test.each([
  ['every address confirmed', ['a@example.com'], [on('a@example.com')], []],
  ['one is pending', ['a@example.com'], [pending('a@example.com')], ['a@example.com']],
  ['SNS has forgotten one', ['a@example.com', 'b@example.com'], [on('a@example.com')], ['b@example.com']],
  ['one was added by hand and is pending', [], [pending('c@example.com')], ['c@example.com']],
  [
    'one is there twice, pending and confirmed',
    ['a@example.com'],
    [pending('a@example.com'), on('a@example.com')],
    [],
  ],
  ['SNS writes it in small letters', ['Ops@Example.com'], [on('ops@example.com')], []],
  ['nobody is to be told', [], [], []],
])('%s', (_, emails, subscriptions, expected) => {
  expect(unconfirmedAddresses(emails, subscriptions)).toEqual(expected);
});
