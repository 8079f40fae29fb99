/**
 * What a template's intrinsics stand for after a deployment into one account and region. Names that AWS would make up are
 * made of stack and logical id. Whatever is not known is an error, so that no policy is simulated half resolved.
 */
export const ACCOUNT = '111122223333';
export const REGION = 'eu-central-1';

export interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

export interface TemplateParameter {
  readonly Type: string;
  readonly Default?: string;
}

export interface Template {
  readonly Resources?: Readonly<Record<string, Resource>>;
  readonly Parameters?: Readonly<Record<string, TemplateParameter>>;
  readonly Outputs?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly Mappings?: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
}

/** Templates by stack name. */
export type Templates = Readonly<Record<string, Template>>;

const PSEUDO_PARAMETERS: Readonly<Record<string, string>> = {
  'AWS::AccountId': ACCOUNT,
  'AWS::Partition': 'aws',
  'AWS::Region': REGION,
  'AWS::URLSuffix': 'amazonaws.com',
};

export const regional = (service: string, rest: string) => `arn:aws:${service}:${REGION}:${ACCOUNT}:${rest}`;

interface Naming {
  /** Property with the name that a person gave. */
  readonly name: string;
  readonly arn: (name: string) => string;
  /** What `Ref` gives. @default 'name' */
  readonly ref?: 'arn';
}

const NAMING: Readonly<Record<string, Naming>> = {
  'AWS::CloudWatch::Alarm': { name: 'AlarmName', arn: (name) => regional('cloudwatch', `alarm:${name}`) },
  'AWS::ECR::Repository': { name: 'RepositoryName', arn: (name) => regional('ecr', `repository/${name}`) },
  'AWS::ECS::Cluster': { name: 'ClusterName', arn: (name) => regional('ecs', `cluster/${name}`) },
  'AWS::ECS::TaskDefinition': {
    name: 'Family',
    arn: (name) => regional('ecs', `task-definition/${name}:1`),
    ref: 'arn',
  },
  'AWS::Events::Rule': { name: 'Name', arn: (name) => regional('events', `rule/${name}`) },
  'AWS::IAM::Role': { name: 'RoleName', arn: (name) => `arn:aws:iam::${ACCOUNT}:role/${name}` },
  'AWS::KMS::Key': { name: 'KeyId', arn: (name) => regional('kms', `key/${name}`) },
  'AWS::Lambda::Function': { name: 'FunctionName', arn: (name) => regional('lambda', `function:${name}`) },
  'AWS::Logs::LogGroup': { name: 'LogGroupName', arn: (name) => regional('logs', `log-group:${name}:*`) },
  'AWS::S3::Bucket': { name: 'BucketName', arn: (name) => `arn:aws:s3:::${name}` },
  'AWS::SNS::Topic': { name: 'TopicName', arn: (name) => regional('sns', name), ref: 'arn' },
  'AWS::SQS::Queue': { name: 'QueueName', arn: (name) => regional('sqs', name) },
  'AWS::SSM::Parameter': { name: 'Name', arn: (name) => regional('ssm', `parameter${name}`) },
  'AWS::Scheduler::ScheduleGroup': {
    name: 'Name',
    arn: (name) => regional('scheduler', `schedule-group/${name}`),
  },
  'AWS::SecretsManager::Secret': {
    name: 'Name',
    arn: (name) => regional('secretsmanager', `secret:${name}-AbCdEf`),
    ref: 'arn',
  },
};

/** One stack's view of the deployed app. What it once found out, it keeps. */
export class Resolver {
  private readonly found = new Map<string, unknown>();

  constructor(
    private readonly templates: Templates,
    private readonly stack: string,
  ) {}

  resolve(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((each) => this.resolve(each));
    if (typeof value === 'string') return this.dynamicReferences(value);
    if (typeof value !== 'object' || value === null) return value;
    const [only, ...others] = Object.entries(value);
    if (only !== undefined && others.length === 0) {
      const [name, argument] = only;
      if (name === 'Ref') return this.once(`Ref ${argument as string}`, () => this.ref(argument as string));
      if (name.startsWith('Fn::')) return this.call(name, argument);
    }
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, this.resolve(each)]));
  }

  once(name: string, find: () => unknown): unknown {
    if (!this.found.has(name)) this.found.set(name, find());
    return this.found.get(name);
  }

  text(value: unknown): string {
    const resolved = this.resolve(value);
    if (typeof resolved !== 'string') throw new Error(`${JSON.stringify(value)} is no text`);
    return resolved;
  }

  /** @throws for a type whose names are not known here */
  arn(logicalId: string): string {
    return this.once(`ARN of ${logicalId}`, () => {
      const { naming, name } = this.naming(logicalId);
      if (naming === undefined) throw new Error(`What is the ARN of ${this.stack}/${logicalId}?`);
      return naming.arn(name);
    }) as string;
  }

  private call(name: string, argument: unknown): unknown {
    switch (name) {
      case 'Fn::GetAtt':
        return this.attribute(...(argument as [string, string]));
      case 'Fn::Join': {
        const [separator, parts] = argument as [string, unknown];
        return (this.resolve(parts) as string[]).join(separator);
      }
      case 'Fn::Sub': {
        const [text, values = {}] = [argument].flat() as [string, object?];
        return this.substitute(text, values);
      }
      case 'Fn::Select': {
        const [index, parts] = argument as [number | string, unknown];
        return (this.resolve(parts) as unknown[])[Number(index)];
      }
      case 'Fn::Split': {
        const [separator, text] = argument as [string, unknown];
        return this.text(text).split(separator);
      }
      case 'Fn::GetAZs':
        return ['a', 'b', 'c'].map((zone) => `${REGION}${zone}`);
      default:
        throw new Error(`${this.stack}: what does ${name} stand for?`);
    }
  }

  private substitute(text: string, values: object): string {
    const own = this.resolve(values) as Record<string, string>;
    return text.replace(/\$\{([^!][^}]*)\}/g, (_, name: string) => {
      const [logicalId = '', attribute] = name.split('.');
      return (
        own[name] ??
        this.text(attribute === undefined ? this.ref(name) : this.attribute(logicalId, attribute))
      );
    });
  }

  private ref(logicalId: string): unknown {
    const pseudo = PSEUDO_PARAMETERS[logicalId];
    if (pseudo !== undefined) return pseudo;
    const parameter = this.templates[this.stack]?.Parameters?.[logicalId];
    if (parameter !== undefined) return this.given(parameter);
    const { naming, name } = this.naming(logicalId);
    return naming?.ref === 'arn' ? naming.arn(name) : name;
  }

  private given({ Type, Default = '' }: TemplateParameter): unknown {
    if (!Type.startsWith('AWS::SSM::Parameter::Value')) return Default;
    const value = this.parameter(Default);
    return Type.includes('List<') ? (value as string).split(',') : value;
  }

  private attribute(logicalId: string, attribute: string): unknown {
    const { naming, name } = this.naming(logicalId);
    if (naming !== undefined && ['Arn', 'TopicArn', 'TaskDefinitionArn'].includes(attribute))
      return naming.arn(name);
    return `${name}.${attribute}`;
  }

  private naming(logicalId: string): { readonly naming: Naming | undefined; readonly name: string } {
    const resource = this.templates[this.stack]?.Resources?.[logicalId];
    if (resource === undefined) throw new Error(`${this.stack} has no ${logicalId}`);
    const naming = NAMING[resource.Type];
    const given = naming && resource.Properties?.[naming.name];
    return { naming, name: given === undefined ? `${this.stack}-${logicalId}` : this.text(given) };
  }

  /** `{{resolve:ssm:/name}}`, also in the middle of a text. */
  private dynamicReferences(text: string): string {
    return text.replace(/\{\{resolve:ssm:([^:}]+)(:\d+)?\}\}/g, (_, name: string) =>
      this.text(this.parameter(name)),
    );
  }

  /** The value of an SSM parameter, whichever stack makes it. */
  private parameter(name: string): unknown {
    for (const [stack, { Resources = {} }] of Object.entries(this.templates)) {
      const resolver = new Resolver(this.templates, stack);
      for (const { Type, Properties = {} } of Object.values(Resources))
        if (Type === 'AWS::SSM::Parameter' && resolver.text(Properties['Name']) === name)
          return resolver.resolve(Properties['Value']);
    }
    throw new Error(`No stack makes the SSM parameter ${name}`);
  }
}
