/** What a deployment prints for a drill by hand. */
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { addDrillCommands } from '../../lib/constructs/drill-commands';
import { TaskNetwork } from '../../lib/constructs/task-network';
import type { SettingsInput } from '../../lib/settings/schema';
import { defineSettings } from '../../lib/settings/settings';
import { newApp } from '../support/synthesize';

type DrillInput = SettingsInput['databases'][string]['drill'];

function commandsFor(...drills: DrillInput[]): Record<string, string> {
  const settings = defineSettings({
    name: 'acme',
    network: {
      mode: 'existing',
      vpcId: 'vpc-0123456789abcdef0',
      subnetIds: ['subnet-0123456789abcdef0'],
      securityGroupIds: ['sg-0123456789abcdef0'],
    },
    databases: Object.fromEntries(
      drills.map((drill, index) => [
        `db${index}`,
        { connection: 'elsewhere', keepDays: { daily: 30 }, drill },
      ]),
    ),
  });
  const stack = new Stack(newApp(), 'test', { env: { region: 'eu-central-1' } });
  const network = new TaskNetwork(stack, 'Network', { installation: 'acme', settings: settings.network });
  addDrillCommands(stack, settings, network);
  const outputs = Template.fromStack(stack).findOutputs('*');
  return Object.fromEntries(Object.entries(outputs).map(([name, { Value }]) => [name, Value as string]));
}

test('it names region, cluster, task and network, so that only the database is to be filled in', () => {
  expect(commandsFor({})).toEqual({
    DrillCommand:
      'aws ecs run-task --region eu-central-1 --cluster acme --launch-type FARGATE --task-definition acme-drill-DATABASE ' +
      "--network-configuration 'awsvpcConfiguration={subnets=[subnet-0123456789abcdef0]," +
      "securityGroups=[sg-0123456789abcdef0],assignPublicIp=DISABLED}' " +
      `--overrides '{"containerOverrides":[{"name":"drill","command":["drill","newest"],"environment":` +
      `[{"name":"BACKSTOP_REQUESTED_BY","value":"YOUR_NAME"},{"name":"BACKSTOP_REASON","value":"by hand"}]}]}'`,
  });
});

test('there is one for each way that the settings use, and none without drills', () => {
  const namesFor = (...drills: DrillInput[]) => Object.keys(commandsFor(...drills)).sort();
  const onServer = { target: { secret: 'acme/drill' } };
  expect(namesFor({}, onServer)).toEqual(['DrillCommand', 'DrillOnServerCommand']);
  expect(namesFor(onServer)).toEqual(['DrillOnServerCommand']);
  expect(namesFor({ when: 'never' })).toEqual([]);
});
