/** The CDK app: `npx cdk deploy --all -c settings=PATH`. */
import { App } from 'aws-cdk-lib';
import { Failure } from '../lib/contract/failure';
import { costTable, monthlyCost } from '../lib/settings/cost';
import { loadSettings } from '../lib/settings/load';
import { addStacks } from '../lib/stacks/add-stacks';

try {
  const app = new App();
  const { settings, note } = loadSettings(app.node.tryGetContext('settings') as string | undefined);
  if (note !== undefined) process.stderr.write(`${note}\n`);
  addStacks(app, settings);
  process.stderr.write(`${costTable(monthlyCost(settings))}\n`);
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  process.stderr.write(`${error.message}\n${error.hint ?? ''}\n`);
  process.exitCode = error.exitCode;
}
