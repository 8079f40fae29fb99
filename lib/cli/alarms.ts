/** `backstop alarms`: how each alarm of an installation is, and since when. */
import { Option, type Command } from 'commander';
import { Failure } from '../contract/failure';
import {
  installationAlarms,
  needsAttention,
  ownAlarms,
  type OwnAlarm,
} from '../operations/installation-alarms';
import { environmentRegion } from '../runtime/aws-account';
import { CloudWatchAlarms } from '../runtime/cloudwatch-alarms';
import { alarmsText } from './alarms-text';
import { printResult, type CommandIo } from './command-io';
import { exitCodesHelp } from './exit-codes';
import { demandInstallation, installationOption, type InstallationOptions } from './installation-option';
import * as shared from './options';

interface AlarmsOptions extends InstallationOptions {
  readonly database?: string;
  readonly exitCode?: boolean;
  readonly json?: boolean;
}

const MORE = `
Of each alarm: its state (ALARM first), since when, why, whether it tells
anybody, and what to do. Told as well: alarms that the installation should
have and CloudWatch has not. With --exit-code it ends with 13 where one came,
has no data, tells nobody or is not there.

Examples:
  backstop alarms --installation acme
  backstop alarms --installation acme --database shop --json
  backstop alarms --installation acme --exit-code`;

export function registerAlarms(program: Command, io: CommandIo): void {
  program
    .command('alarms')
    .description('tell how the alarms of a deployed installation are, and since when')
    .addOption(installationOption())
    .addOption(ofDatabaseOption())
    .option('--exit-code', 'end with 13 where something needs attention')
    .addOption(shared.jsonOption())
    .addHelpText('after', `${MORE}\n${exitCodesHelp()}`)
    .action((options: AlarmsOptions) => runAlarms(options, io));
}

/** Not by the variable, which serves other verbs: it would hide the alarms of the installation. */
export const ofDatabaseOption = () => new Option('--database <name>', 'only the alarms of this database');

async function runAlarms(options: AlarmsOptions, io: CommandIo): Promise<void> {
  const installation = demandInstallation(options);
  const cloudWatch = new CloudWatchAlarms();
  try {
    const all = installationAlarms(await readOwnAlarms(installation, cloudWatch));
    const of = <T extends { readonly database: string | null }>(each: readonly T[]) =>
      each.filter(({ database }) => options.database === undefined || database === options.database);
    const report = { alarms: of(all.alarms), missing: of(all.missing) };
    if (report.alarms.length + report.missing.length === 0)
      throw new Failure('usage', `${installation} has no alarms of a database ${options.database ?? ''}.`, {
        hint: 'Check --database: `backstop alarms` without it names those that there are.',
      });
    printResult(io, options.json === true, { installation, ...report }, () =>
      alarmsText(installation, report, { now: io.clock.now(), output: io.stdout }),
    );
    if (options.exitCode === true && needsAttention(report))
      throw new Failure('needs-attention', `Alarms of ${installation} need attention.`, {
        hint: 'Each is told above with what to do.',
      });
  } finally {
    cloudWatch.close();
  }
}

/** @throws Failure `usage` where the installation has none at all */
export async function readOwnAlarms(installation: string, cloudWatch: CloudWatchAlarms): Promise<OwnAlarm[]> {
  const region = await environmentRegion();
  if (region === undefined) {
    throw new Failure('usage', `It is not said in which region the alarms of ${installation} are.`, {
      hint: 'Set AWS_REGION, or choose a profile that has one with AWS_PROFILE.',
    });
  }
  const own = ownAlarms(installation, await cloudWatch.startingWith(`${installation}-`));
  if (own.length > 0) return own;
  throw new Failure('usage', `There is no alarm of an installation ${installation} in ${region}.`, {
    hint: 'Check the name (as in the settings), AWS_REGION and AWS_PROFILE; or deploy it: npx cdk deploy --all.',
  });
}
