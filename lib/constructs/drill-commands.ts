/** How a drill is started by hand: the two ways to run one differ in what the task must reach. */
import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { hasDrills } from '../contract/drill-schedule';
import { ENVIRONMENT } from '../contract/environment';
import { DRILL_CONTAINER, drillTaskFamily } from '../contract/names';
import type { Settings } from '../settings/schema';
import { runTaskCommand } from './run-task-command';
import type { TaskNetwork } from './task-network';

/** An output for each way that the settings use. The database's name is the operator's to fill in, with DOT for each dot. */
export function addDrillCommands(scope: Construct, settings: Settings, network: TaskNetwork): void {
  const { name: installation, databases } = settings;
  const drilled = Object.values(databases).filter(hasDrills);
  const isThrowAway = drilled.map(({ drill }) => drill.target === 'throw-away');
  const output = (id: string, place: string, placement: TaskNetwork['placement']) =>
    new CfnOutput(Stack.of(scope), id, {
      description: `Drills the newest recovery point of a database ${place}`,
      value: runTaskCommand(scope, {
        installation,
        family: drillTaskFamily(installation, 'DATABASE'),
        container: DRILL_CONTAINER,
        command: ['drill', 'newest'],
        environment: { [ENVIRONMENT.requestedBy]: 'YOUR_NAME', [ENVIRONMENT.reason]: 'by hand' },
        placement,
      }),
    });
  if (isThrowAway.includes(true)) output('DrillCommand', 'on a throw-away server', network.drillPlacement);
  if (isThrowAway.includes(false))
    output('DrillOnServerCommand', 'on the server of its drill.target', network.placement);
}
