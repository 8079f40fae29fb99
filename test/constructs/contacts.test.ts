/** Whom to call stands among the outputs of a deployment. */
import { Template } from 'aws-cdk-lib/assertions';
import { addContacts } from '../../lib/constructs/contacts';
import type { SettingsInput } from '../../lib/settings/schema';
import { defineSettings } from '../../lib/settings/settings';
import { MINIMAL, newStack } from '../support/synthesize';

function outputsFor(notifications: SettingsInput['notifications']) {
  const stack = newStack();
  addContacts(stack, defineSettings({ ...MINIMAL, notifications }).notifications);
  return Template.fromStack(stack).findOutputs('*');
}

test('each contact is a line, in the order of the settings', () => {
  const contacts = [
    { when: 'any alarm', who: 'on call', how: '+49 30 23125 100' },
    { when: 'data are lost', who: 'Jürgen Example', how: 'juergen@example.com' },
  ];
  expect(outputsFor({ contacts })).toEqual({
    Contacts: {
      Description: 'Whom to call',
      Value: 'any alarm: on call, +49 30 23125 100\ndata are lost: Jürgen Example, juergen@example.com',
    },
  });
});

test('where nobody is named there is no output', () => {
  expect(outputsFor({ emails: ['oncall@example.com'] })).toEqual({});
});
