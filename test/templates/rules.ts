/** Walks over templates for the rules: each answers with what breaks it, so that a failure names it. */
import { PUBLIC_KEY_RESOURCE } from '../../lib/contract/public-key-request';
import { listOf, statementsOf, type Statement } from '../policies/policy-document';
import type { DeployedApp, DeployedResource } from '../policies/deployed-app';
import { evaluate, type Principal } from '../policies/evaluate';
import { ACCOUNT, REGION } from '../policies/resolve';

type Properties = DeployedResource['properties'];

const at = ({ stack, logicalId }: DeployedResource, detail = '') =>
  `${stack}/${logicalId}${detail === '' ? '' : `: ${detail}`}`;

const all = (app: DeployedApp, type: string, breaks: (properties: Properties) => string | undefined) =>
  app.all(type).flatMap((resource) => {
    const fault = breaks(resource.properties);
    return fault === undefined ? [] : [at(resource, fault)];
  });

interface AlarmProperties {
  readonly AlarmName?: string;
  readonly Period?: number;
  readonly EvaluationPeriods: number;
  readonly Metrics?: readonly { readonly MetricStat?: { readonly Period: number } }[];
  readonly OKActions?: readonly string[];
  readonly AlarmActions?: readonly string[];
}

/** PutMetricAlarm refuses more: 7 days for periods of an hour and above, one day below. */
export function alarmsLookBackNoFurtherThanAllowed(app: DeployedApp): string[] {
  return all(app, 'AWS::CloudWatch::Alarm', (properties) => {
    const { Period, Metrics = [], EvaluationPeriods } = properties as unknown as AlarmProperties;
    const periods = [Period, ...Metrics.map(({ MetricStat }) => MetricStat?.Period)].filter(
      (each) => each !== undefined,
    );
    const longest = Math.max(...periods);
    const limit = longest >= 3600 ? 7 * 86_400 : 86_400;
    if (periods.length > 0 && longest * EvaluationPeriods <= limit) return undefined;
    return `${EvaluationPeriods} periods of ${longest} s`;
  });
}

export function alarmsTellWhenTheyComeAndGo(app: DeployedApp): string[] {
  const topics = app.all('AWS::SNS::Topic').map(({ arn }) => arn);
  return all(app, 'AWS::CloudWatch::Alarm', (properties) => {
    const { AlarmActions = [], OKActions = [] } = properties as unknown as AlarmProperties;
    const told = [AlarmActions, OKActions].every((actions) => actions.some((arn) => topics.includes(arn)));
    return told ? undefined : 'no topic of the app for both';
  });
}

const service = (name: string): Principal => ({ type: 'service', service: name });

/** Whether a service may do it for this account; `resource` is asked as well as its key. */
function lets(app: DeployedApp, name: string, action: string, resource: string, account = ACCOUNT): boolean {
  const request = {
    action,
    resource,
    context: { 'aws:SourceAccount': account, 'aws:SecureTransport': 'true' },
  };
  return evaluate(service(name), request, app.policiesOf(resource)).outcome === 'allowed';
}

export function alarmsMayBePublished(app: DeployedApp): string[] {
  return app.all('AWS::SNS::Topic').flatMap((topic) => {
    const arn = topic.arn;
    const key = topic.properties['KmsMasterKeyId'] as string | undefined;
    const keyActions = key === undefined ? [] : ['kms:Decrypt', 'kms:GenerateDataKey'];
    return [
      ...(lets(app, 'cloudwatch.amazonaws.com', 'sns:Publish', arn)
        ? []
        : [at(topic, 'CloudWatch may not publish')]),
      ...(lets(app, 'cloudwatch.amazonaws.com', 'sns:Publish', arn, '999999999999')
        ? [at(topic, "another account's alarms may publish")]
        : []),
      ...keyActions
        .filter((action) => !lets(app, 'cloudwatch.amazonaws.com', action, key!))
        .map((action) => at(topic, `its key does not let CloudWatch ${action}`)),
    ];
  });
}

/** CDK gives a log group's key no grant for the service that writes. */
export function encryptedLogsMayBeWritten(app: DeployedApp): string[] {
  return all(app, 'AWS::Logs::LogGroup', ({ KmsKeyId: key }) => {
    const writer = `logs.${REGION}.amazonaws.com`;
    if (key === undefined || lets(app, writer, 'kms:GenerateDataKey', key as string)) return undefined;
    return `its key does not let ${writer} encrypt`;
  });
}

interface Target {
  readonly RoleArn: string;
  readonly DeadLetterConfig?: { readonly Arn: string };
  readonly RetryPolicy?: {
    readonly MaximumRetryAttempts?: number;
    readonly MaximumEventAgeInSeconds?: number;
  };
  readonly EcsParameters?: {
    readonly NetworkConfiguration?: {
      readonly AwsvpcConfiguration: {
        readonly SecurityGroups?: readonly string[];
        readonly Subnets: readonly string[];
      };
    };
  };
}

/** Scheduler's defaults are 185 tries in 24 h, no queue, and the VPC's default security group. */
export function schedulesAreBounded(app: DeployedApp): string[] {
  return all(app, 'AWS::Scheduler::Schedule', (properties) => {
    const { RetryPolicy = {}, EcsParameters } = properties['Target'] as Target;
    const { MaximumRetryAttempts = 185, MaximumEventAgeInSeconds = 86_400 } = RetryPolicy;
    const network = EcsParameters?.NetworkConfiguration?.AwsvpcConfiguration;
    if (MaximumRetryAttempts > 5) return `${MaximumRetryAttempts} tries`;
    if (MaximumEventAgeInSeconds > 3600) return `tries for ${MaximumEventAgeInSeconds} s`;
    if (EcsParameters !== undefined && !network?.SecurityGroups?.length) return 'no security group';
    if (EcsParameters !== undefined && !network?.Subnets.length) return 'no subnet';
    if (properties['GroupName'] === undefined) return 'the default group';
    if (properties['ScheduleExpressionTimezone'] === undefined) return 'no time zone';
    return undefined;
  });
}

interface RuleTarget extends Pick<Target, 'RetryPolicy'> {
  readonly EcsParameters?: {
    readonly NetworkConfiguration?: {
      readonly AwsVpcConfiguration: {
        readonly SecurityGroups?: readonly string[];
        readonly Subnets: readonly string[];
      };
    };
  };
}

/** The same defaults, where a rule starts a task. */
export function rulesThatStartTasksAreBounded(app: DeployedApp): string[] {
  return app.all('AWS::Events::Rule').flatMap((rule) =>
    (rule.properties['Targets'] as readonly RuleTarget[]).flatMap(({ RetryPolicy = {}, EcsParameters }) => {
      if (EcsParameters === undefined) return [];
      const { MaximumEventAgeInSeconds = 86_400 } = RetryPolicy;
      const network = EcsParameters.NetworkConfiguration?.AwsVpcConfiguration;
      if (MaximumEventAgeInSeconds > 3600) return [at(rule, `tries for ${MaximumEventAgeInSeconds} s`)];
      if (!network?.SecurityGroups?.length) return [at(rule, 'no security group')];
      return network.Subnets.length === 0 ? [at(rule, 'no subnet')] : [];
    }),
  );
}

/** The queue must take the message from whom AWS sends it as: Scheduler uses the schedule's role. */
export function whatWasNotDeliveredIsKept(app: DeployedApp): string[] {
  return all(app, 'AWS::Scheduler::Schedule', (properties) => {
    const { DeadLetterConfig, RoleArn } = properties['Target'] as Target;
    if (DeadLetterConfig === undefined) return 'no dead-letter queue';
    const request = { action: 'sqs:SendMessage', resource: DeadLetterConfig.Arn, context: SENDS };
    const verdict = evaluate(app.role(RoleArn), request, app.policiesOf(DeadLetterConfig.Arn));
    return verdict.outcome === 'allowed' ? undefined : `its role's message is ${verdict.outcome}`;
  });
}

const SENDS = { 'aws:SecureTransport': 'true' };

export function eventsThatCouldNotBeDeliveredAreKept(app: DeployedApp): string[] {
  return app.all('AWS::Events::Rule').flatMap((rule) => {
    const targets = rule.properties['Targets'] as readonly Pick<Target, 'DeadLetterConfig'>[];
    return targets.flatMap(({ DeadLetterConfig }) => {
      if (DeadLetterConfig === undefined) return [at(rule, 'no dead-letter queue')];
      const resource = DeadLetterConfig.Arn;
      const context = { ...SENDS, 'aws:SourceArn': rule.arn };
      const request = { action: 'sqs:SendMessage', resource, context };
      const verdict = evaluate(service('events.amazonaws.com'), request, app.policiesOf(resource));
      return verdict.outcome === 'allowed' ? [] : [at(rule, `its queue says ${verdict.outcome}`)];
    });
  });
}

interface Container {
  readonly Name: string;
  readonly Environment?: readonly { readonly Name: string; readonly Value: string }[];
  readonly Secrets?: readonly { readonly Name: string; readonly ValueFrom: string }[];
  readonly LogConfiguration?: {
    readonly LogDriver: string;
    readonly Options: Readonly<Record<string, string>>;
  };
  readonly StopTimeout?: number;
  readonly EntryPoint?: readonly string[];
  readonly LinuxParameters?: { readonly InitProcessEnabled?: boolean };
}

const containersOf = (properties: Properties) => properties['ContainerDefinitions'] as readonly Container[];

const SECRET_NAME = /PASSWORD|PASSWD|SECRET|TOKEN|CREDENTIAL|PRIVATE/i;

/** Who may read a task definition or a function's configuration must not read a secret there. */
export function noSecretInAnEnvironment(app: DeployedApp): string[] {
  const suspicious = ({ Name, Value }: { readonly Name: string; readonly Value: string }) =>
    SECRET_NAME.test(Name) || /resolve:(secretsmanager|ssm-secure)/.test(Value);
  const tasks = all(
    app,
    'AWS::ECS::TaskDefinition',
    (properties) =>
      containersOf(properties)
        .flatMap(({ Environment = [] }) => Environment)
        .filter(suspicious)
        .map(({ Name }) => Name)[0],
  );
  const functions = all(app, 'AWS::Lambda::Function', ({ Environment = {} }) => {
    const { Variables = {} } = Environment as { Variables?: Record<string, string> };
    return Object.entries(Variables)
      .map(([Name, Value]) => ({ Name, Value }))
      .filter(suspicious)
      .map(({ Name }) => Name)[0];
  });
  return [...tasks, ...functions];
}

/** Fargate ends a container after at most two minutes, and logs of a task go to a group of the app. */
export function containersLogAndEndInTime(app: DeployedApp): string[] {
  const groups = app.all('AWS::Logs::LogGroup').map(({ ref }) => ref);
  return all(app, 'AWS::ECS::TaskDefinition', (properties) =>
    containersOf(properties)
      .map(({ Name, LogConfiguration, StopTimeout = 30 }) => {
        const group = LogConfiguration?.Options['awslogs-group'];
        if (!groups.includes(group)) return `${Name} logs to ${group ?? 'nothing'}`;
        return StopTimeout > 120 ? `${Name} is given ${StopTimeout} s to stop` : undefined;
      })
      .find((fault) => fault !== undefined),
  );
}

/** Code of an archive has the uid of the program: any other process with the task's environment would be open to it. */
export function tasksRunNothingButTheProgramOfTheImage(app: DeployedApp): string[] {
  return all(app, 'AWS::ECS::TaskDefinition', (properties) => {
    if (properties['PidMode'] !== undefined) return 'its containers see the processes of others';
    const faults = containersOf(properties).map(({ EntryPoint, LinuxParameters, Environment = [] }) => {
      if (EntryPoint !== undefined) return 'an entry point of its own';
      if (LinuxParameters?.InitProcessEnabled === true) return 'an init process';
      return Environment.map(({ Name }) => Name).find((name) => name.startsWith('NODE_'));
    });
    return faults.find((fault) => fault !== undefined);
  });
}

const CURRENT_RUNTIMES = ['nodejs24.x'];

export function programsRunOnACurrentRuntime(app: DeployedApp): string[] {
  return all(app, 'AWS::Lambda::Function', ({ Runtime, PackageType }) =>
    PackageType === 'Image' || CURRENT_RUNTIMES.includes(Runtime as string) ? undefined : String(Runtime),
  );
}

/** Without one of its own, Lambda makes a log group that is kept for ever. */
export function programsHaveTheirLog(app: DeployedApp): string[] {
  return all(app, 'AWS::Lambda::Function', ({ LoggingConfig }) =>
    (LoggingConfig as { LogGroup?: string } | undefined)?.LogGroup === undefined ? 'no log group' : undefined,
  );
}

/** CDK's own custom resources bring a program and a role along that nobody asked for. Ours reads two public keys. */
export function nothingIsMadeByCustomResources(app: DeployedApp): string[] {
  return Object.entries(app.templates).flatMap(([stack, { Resources = {} }]) =>
    Object.entries(Resources)
      .filter(([, { Type }]) => Type.startsWith('Custom::') || Type === 'AWS::CloudFormation::CustomResource')
      .filter(([, { Type }]) => Type !== PUBLIC_KEY_RESOURCE)
      .map(([logicalId, { Type }]) => `${stack}/${logicalId}: ${Type}`),
  );
}

/** An export can be neither changed nor deleted while it is used, so stacks would hold one another. */
export function noStackHoldsAnother(app: DeployedApp): string[] {
  return Object.entries(app.templates).flatMap(([stack, template]) => {
    const text = JSON.stringify(template);
    const imports = ['Fn::ImportValue', 'Fn::GetStackOutput'].filter((name) => text.includes(name));
    const exports = Object.entries(template.Outputs ?? {}).filter(([, output]) => 'Export' in output);
    return [...imports, ...exports.map(([name]) => name)].map((name) => `${stack}: ${name}`);
  });
}

/** CloudFormation takes 500. */
export function stacksAreSmallEnough(app: DeployedApp): string[] {
  return Object.entries(app.templates)
    .map(([stack, { Resources = {} }]) => [stack, Object.keys(Resources).length] as const)
    .filter(([, count]) => count >= 450)
    .map(([stack, count]) => `${stack}: ${count} resources`);
}

/** A second resource of the same name is refused: where one is named, the name must tell the stack. */
export function databasesMayMove(app: DeployedApp): string[] {
  return Object.entries(OWN_NAME).flatMap(([type, property]) =>
    app.all(type).flatMap((resource) => {
      const [stack] = /databases-\d+$/.exec(resource.stack) ?? [];
      const name = resource.properties[property] as string | undefined;
      return stack === undefined || name === undefined || name.includes(stack) ? [] : [at(resource, name)];
    }),
  );
}

/** The property that names a resource itself. A task definition's family may stand in two stacks: each has revisions. */
const OWN_NAME: Readonly<Record<string, string>> = {
  'AWS::CloudWatch::Alarm': 'AlarmName',
  'AWS::Events::Rule': 'Name',
  'AWS::IAM::Role': 'RoleName',
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::Logs::LogGroup': 'LogGroupName',
  'AWS::SQS::Queue': 'QueueName',
  'AWS::SSM::Parameter': 'Name',
  'AWS::Scheduler::Schedule': 'Name',
  'AWS::SecretsManager::Secret': 'Name',
};

/** Actions on which AWS knows no resource, or one that only exists afterwards; each with its reason. */
const WIDE: Readonly<Record<string, string>> = {
  'ecr:GetAuthorizationToken': 'is of the whole registry',
};

const allows = (app: DeployedApp): [string, Statement][] =>
  app.policies().flatMap(({ of, document }) =>
    statementsOf(document)
      .filter(({ Effect, Principal }) => Effect === 'Allow' && Principal === undefined)
      .map((statement): [string, Statement] => [of, statement]),
  );

export function noRoleReachesEverything(app: DeployedApp): string[] {
  return allows(app)
    .filter(([, { Resource }]) =>
      listOf(Resource).some((each) => /^\*$|^arn:[^:]*:[^:]*:[^:]*:[^:]*:\*$/.test(each)),
    )
    .flatMap(([of, { Action }]) => listOf(Action).map((action) => [of, action] as const))
    .filter(([, action]) => WIDE[action] === undefined)
    .map(([of, action]) => `${of}: ${action} on everything`);
}

export function noRoleDoesEverything(app: DeployedApp): string[] {
  return allows(app)
    .flatMap(([of, { Action }]) => listOf(Action).map((action) => [of, action] as const))
    .filter(([, action]) => action.includes('*'))
    .map(([of, action]) => `${of}: ${action}`);
}

/** AWS changes its own policies without asking. */
export function noRoleHasPoliciesOfAws(app: DeployedApp): string[] {
  return all(
    app,
    'AWS::IAM::Role',
    ({ ManagedPolicyArns = [] }) => (ManagedPolicyArns as readonly string[])[0],
  );
}

/**
 * Services that act for whoever asks: without a condition they could be made to act for another account. ECS documents the
 * condition for the role of a task, not for the one with which it starts it.
 */
const ACT_FOR_OTHERS = ['ecs-tasks.amazonaws.com', 'scheduler.amazonaws.com', 'events.amazonaws.com'];

export function servicesActForThisAccountOnly(app: DeployedApp): string[] {
  const starts = app.all('AWS::ECS::TaskDefinition').map(({ properties }) => properties['ExecutionRoleArn']);
  return app.all('AWS::IAM::Role').flatMap((role) => {
    const arn = role.arn;
    if (starts.includes(arn)) return [];
    return ACT_FOR_OTHERS.filter((name) => lets(app, name, 'sts:AssumeRole', arn, '999999999999')).map(
      (name) => at(role, `${name} may take it for another account`),
    );
  });
}

/** A function that any rule or topic of the account may call is a way in. */
export function programsAreCalledByWhomTheyKnow(app: DeployedApp): string[] {
  return all(app, 'AWS::Lambda::Permission', ({ SourceArn, Principal }) =>
    SourceArn === undefined ? `any source of ${String(Principal)}` : undefined,
  );
}
