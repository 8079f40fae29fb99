/** The real CDK CLI, as an operator runs it, and out of reach of any real account. */
import path from 'node:path';
import { run } from './spawn';

export const ROOT = path.resolve(__dirname, '../..');
const CDK = path.join(ROOT, 'node_modules/aws-cdk/bin/cdk');

export interface CdkRun {
  /** Home of the CLI, and where the templates go. */
  readonly folder: string;
  /** @default - the project */
  readonly cwd?: string;
  /** On top of what the CLI needs. @default - nothing: no credentials, no endpoint */
  readonly environment?: Readonly<Record<string, string>>;
}

/** @throws what `run` throws: code, stdout and stderr of a CLI that failed */
export function cdk(args: readonly string[], { folder, cwd = ROOT, environment = {} }: CdkRun) {
  const output = ['--no-notices', '--output', path.join(folder, 'cdk.out')];
  return run(process.execPath, [CDK, ...args, ...output], {
    cwd,
    env: { ...bareEnvironment(folder), ...environment },
  });
}

/** Nothing of the machine's own AWS configuration. */
function bareEnvironment(home: string): NodeJS.ProcessEnv {
  return {
    PATH: [path.join(ROOT, 'node_modules/.bin'), path.dirname(process.execPath), process.env['PATH']].join(
      ':',
    ),
    HOME: home,
    CDK_DISABLE_CLI_TELEMETRY: '1',
    AWS_EC2_METADATA_DISABLED: 'true',
    npm_config_update_notifier: 'false',
  };
}
