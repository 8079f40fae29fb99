/** The app as it stands in an account after its deployment: who has which policies, and what each resource demands. */
import type { App } from 'aws-cdk-lib';
import type { Principal } from './evaluate';
import type { PolicyDocument } from './policy-document';
import { Resolver, type Resource, type Template, type Templates } from './resolve';

/** Its properties are without intrinsics. */
export class DeployedResource {
  constructor(
    readonly stack: string,
    readonly logicalId: string,
    private readonly resource: Resource,
    private readonly resolver: Resolver,
  ) {}

  get properties(): Readonly<Record<string, unknown>> {
    return this.resolver.once(`properties of ${this.logicalId}`, () =>
      this.resolver.resolve(this.resource.Properties ?? {}),
    ) as Readonly<Record<string, unknown>>;
  }

  get arn(): string {
    return this.resolver.arn(this.logicalId);
  }

  get ref(): unknown {
    return this.resolver.resolve({ Ref: this.logicalId });
  }
}

/** Which property of a policy resource lists what the policy belongs to. */
const POLICY_RESOURCES: Readonly<Record<string, string>> = {
  'AWS::S3::BucketPolicy': 'Bucket',
  'AWS::SNS::TopicPolicy': 'Topics',
  'AWS::SQS::QueuePolicy': 'Queues',
  'AWS::SecretsManager::ResourcePolicy': 'SecretId',
};

export function templatesOf(app: App): Templates {
  return Object.fromEntries(
    app.synth().stacks.map(({ stackName, template }) => [stackName, template as Template]),
  );
}

export class DeployedApp {
  private readonly byType = new Map<string, DeployedResource[]>();
  private readonly byOwner = new Map<string, readonly PolicyDocument[]>();

  constructor(readonly templates: Templates) {
    for (const [stack, { Resources = {} }] of Object.entries(templates)) {
      const resolver = new Resolver(templates, stack);
      for (const [logicalId, resource] of Object.entries(Resources)) {
        const deployed = new DeployedResource(stack, logicalId, resource, resolver);
        this.byType.set(resource.Type, [...this.all(resource.Type), deployed]);
      }
    }
  }

  all(type: string): readonly DeployedResource[] {
    return this.byType.get(type) ?? [];
  }

  /** The one resource of the type that answers to the description. */
  one(type: string, isMeant: (resource: DeployedResource) => boolean): DeployedResource {
    const found = this.all(type).filter(isMeant);
    if (found.length !== 1)
      throw new Error(`${found.length} resources ${type}, instead of the one that is meant`);
    return found[0]!;
  }

  role(arn: string): Principal {
    const name = nameOf(arn);
    const roles = this.all('AWS::IAM::Role').filter((role) => role.arn === arn);
    if (roles.length !== 1) throw new Error(`${roles.length} roles ${arn}`);
    const { Policies = [], ManagedPolicyArns = [] } = roles[0]!.properties as RoleProperties;
    if (ManagedPolicyArns.length > 0) throw new Error(`What does ${ManagedPolicyArns.join(' and ')} allow?`);
    const attached = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'].flatMap((type) => this.all(type));
    return {
      type: 'role',
      arn,
      policies: [
        ...Policies.map(({ PolicyDocument }) => PolicyDocument),
        ...attached
          .filter(({ properties }) => policyProperties(properties).Roles?.includes(name))
          .map(({ properties }) => policyProperties(properties).PolicyDocument),
      ],
    };
  }

  /** The policies that the resource with that ARN has: an object's are its bucket's, a role's is its trust policy. */
  policiesOf(arn: string): readonly PolicyDocument[] {
    const owner = arn.startsWith('arn:aws:s3:::') ? arn.replace(/\/.*/, '') : arn;
    const known = this.byOwner.get(owner) ?? this.findPolicies(owner);
    this.byOwner.set(owner, known);
    return known;
  }

  private findPolicies(owner: string): readonly PolicyDocument[] {
    return [
      ...Object.entries(POLICY_RESOURCES).flatMap(([type, property]) =>
        this.all(type)
          .filter(({ properties }) =>
            [properties[property]].flat().some((each) => isSame(each as string, owner)),
          )
          .map(({ properties }) => policyProperties(properties).PolicyDocument),
      ),
      ...this.own('AWS::KMS::Key', 'KeyPolicy', owner),
      ...this.own('AWS::IAM::Role', 'AssumeRolePolicyDocument', owner),
      ...this.all('AWS::Lambda::Permission')
        .map(({ properties }) => properties as unknown as PermissionProperties)
        .filter(({ FunctionName }) => isSame(FunctionName, owner))
        .map((permission) => permissionPolicy(permission, owner)),
    ];
  }

  /** Every policy of the app, with what it belongs to. */
  policies(): readonly OwnedPolicy[] {
    const attached = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy', ...Object.keys(POLICY_RESOURCES)];
    return [
      ...attached.flatMap((type) => this.documents(type, ({ PolicyDocument }) => [PolicyDocument])),
      ...this.documents('AWS::IAM::Role', ({ AssumeRolePolicyDocument, Policies = [] }) => [
        AssumeRolePolicyDocument,
        ...Policies.map(({ PolicyDocument }) => PolicyDocument),
      ]),
      ...this.documents('AWS::KMS::Key', ({ KeyPolicy }) => [KeyPolicy]),
    ];
  }

  private documents(
    type: string,
    documentsOf: (properties: AnyPolicies) => readonly PolicyDocument[],
  ): OwnedPolicy[] {
    return this.all(type).flatMap(({ stack, logicalId, properties }) =>
      documentsOf(properties as unknown as AnyPolicies).map((document) => ({
        of: `${stack}/${logicalId}`,
        document,
      })),
    );
  }

  private own(type: string, property: string, arn: string): PolicyDocument[] {
    return this.all(type)
      .filter((resource) => resource.arn === arn)
      .map(({ properties }) => properties[property] as PolicyDocument);
  }
}

export interface OwnedPolicy {
  /** Stack and logical id. */
  readonly of: string;
  readonly document: PolicyDocument;
}

interface AnyPolicies extends RoleProperties {
  readonly PolicyDocument: PolicyDocument;
  readonly AssumeRolePolicyDocument: PolicyDocument;
  readonly KeyPolicy: PolicyDocument;
}

interface RoleProperties {
  readonly Policies?: readonly { readonly PolicyDocument: PolicyDocument }[];
  readonly ManagedPolicyArns?: readonly string[];
}

interface PolicyProperties {
  readonly Roles?: readonly string[];
  readonly PolicyDocument: PolicyDocument;
}

const policyProperties = (properties: DeployedResource['properties']) =>
  properties as unknown as PolicyProperties;

interface PermissionProperties {
  readonly FunctionName: string;
  readonly Principal: string;
  readonly Action: string;
  readonly SourceArn?: string;
  readonly SourceAccount?: string;
}

/** What lambda:AddPermission writes into a function's policy. */
function permissionPolicy(permission: PermissionProperties, resource: string): PolicyDocument {
  const { Principal, Action, SourceArn, SourceAccount } = permission;
  const Condition = {
    ...(SourceArn !== undefined && { ArnLike: { 'aws:SourceArn': SourceArn } }),
    ...(SourceAccount !== undefined && { StringEquals: { 'aws:SourceAccount': SourceAccount } }),
  };
  const principal = Principal.includes('.') ? { Service: Principal } : { AWS: Principal };
  const statement = { Effect: 'Allow' as const, Principal: principal, Action, Resource: resource, Condition };
  return { Version: '2012-10-17', Statement: [statement] };
}

function nameOf(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}

/** A policy names its resource by name, URL or ARN. */
function isSame(named: string, arn: string): boolean {
  return named === arn || arn.endsWith(`:${named}`);
}
