/** What a deployment says of itself is read from its stacks' outputs, and what it does not say is told. */
import { COMPUTE_OUTPUTS, STORAGE_OUTPUTS } from '../../lib/contract/installation-outputs';
import { readStackOutputs } from '../../lib/runtime/deployed-installation';
import { makeInstallation, type MadeInstallation } from '../support/made-installation';
import { emulatorEnvironment } from '../support/shared-servers';

let acme: MadeInstallation;
beforeAll(async () => {
  Object.assign(process.env, emulatorEnvironment());
  acme = await makeInstallation();
});

test('the outputs, and where the stack is', async () => {
  const { place, outputs } = await readStackOutputs(acme.name, 'compute', COMPUTE_OUTPUTS);
  expect(place).toEqual({ partition: 'aws', region: 'eu-central-1', account: '123456789012' });
  expect(outputs.alarmTopicArn).toBe(acme.topicArn);
});

test('an output that an older deployment has not is named, with what to do', async () => {
  const wanted = { ...STORAGE_OUTPUTS, extra: 'SomethingNewer' };
  await expect(readStackOutputs(acme.name, 'storage', wanted)).rejects.toMatchObject({
    kind: 'usage',
    message: `The stack ${acme.name}-storage (CREATE_COMPLETE) has no output SomethingNewer.`,
    hint: 'Deploy it again with this version: npx cdk deploy --all.',
  });
});
