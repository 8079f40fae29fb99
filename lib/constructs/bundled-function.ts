import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Token, type Duration } from 'aws-cdk-lib';
import { Role, ServicePrincipal, type IGrantable, type IPrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { lambdaBundle } from './lambda-bundle';
import { programLog } from './program-log';

export interface BundledFunctionProps {
  /** Its code is `lambda/<name>/handler.ts`, which exports `handler`. */
  readonly name: string;
  readonly description: string;
  readonly timeout: Duration;
  readonly memoryMiB: number;
  /** How long its log is kept: `compute.logDays` of the settings. */
  readonly logDays: number;
  /** @default - none */
  readonly environment?: Readonly<Record<string, string>>;
  /**
   * What `config.json` beside the code holds, for more than an environment takes (4 KiB). Known at synth, so without
   * tokens: names that only a deployment knows go by `environment`. The handler reads `${__dirname}/config.json`.
   * @default - no file
   */
  readonly config?: unknown;
  /** For a role that a policy elsewhere names. @default - a name that CloudFormation makes */
  readonly roleName?: string;
  /** @default - the handler of `name`; tests give one of their own */
  readonly entry?: string;
}

/** A program of ours in Lambda: its role may write its own log, and else only what it is granted. */
export class BundledFunction extends Construct implements IGrantable {
  readonly function: LambdaFunction;
  readonly logGroup: LogGroup;
  readonly grantPrincipal: IPrincipal;

  constructor(scope: Construct, id: string, props: BundledFunctionProps) {
    super(scope, id);
    this.logGroup = programLog(this, props.logDays);
    /** CDK's own role would have AWSLambdaBasicExecutionRole: every log group of the account. */
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: props.description,
      ...(props.roleName !== undefined && { roleName: props.roleName }),
    });
    this.logGroup.grantWrite(role);
    this.grantPrincipal = role;
    this.function = withCode(props, (code) => this.newFunction(props, role, code));
  }

  private newFunction(props: BundledFunctionProps, role: Role, code: Code): LambdaFunction {
    return new LambdaFunction(this, 'Function', {
      code,
      role,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      description: props.description,
      timeout: props.timeout,
      memorySize: props.memoryMiB,
      logGroup: this.logGroup,
      environment: { ...props.environment },
    });
  }
}

/** CDK copies the folder into its output as soon as the function is made. */
function withCode<T>({ name, entry, config }: BundledFunctionProps, use: (code: Code) => T): T {
  const { code, sha256 } = lambdaBundle(name, entry);
  const folder = mkdtempSync(path.join(tmpdir(), 'backstop-lambda-'));
  try {
    writeFileSync(path.join(folder, 'index.js'), code);
    const configText = config === undefined ? '' : textOf(config, name);
    if (configText !== '') writeFileSync(path.join(folder, 'config.json'), configText);
    const assetHash = createHash('sha256').update(`${sha256}\n${configText}`).digest('hex');
    return use(Code.fromAsset(folder, { assetHash }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function textOf(config: unknown, name: string): string {
  const text = JSON.stringify(config, null, 2);
  if (!Token.isUnresolved(text)) return text;
  throw new Error(`The config of ${name} has a value that only a deployment knows: pass it by environment.`);
}
