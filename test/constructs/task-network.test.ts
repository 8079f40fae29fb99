import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { TaskNetwork, zonesAtDeployment } from '../../lib/constructs/task-network';
import { publishedPlacement, type TaskPlacement } from '../../lib/constructs/task-placement';
import type { SettingsInput } from '../../lib/settings/schema';
import { defineSettings } from '../../lib/settings/settings';
import { MINIMAL, newApp } from '../support/synthesize';

type Network = NonNullable<SettingsInput['network']>;

const EXISTING = {
  mode: 'existing' as const,
  vpcId: 'vpc-0123456789abcdef0',
  subnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
};

class BoundStack extends Stack {
  override get availabilityZones(): string[] {
    return zonesAtDeployment();
  }
}

/** In a stack that is bound to account and region, where a look-up would be tempting. */
function synthesized(network: Network) {
  const settings = defineSettings({ ...MINIMAL, network }).network;
  const app = newApp();
  const stack = new BoundStack(app, 'compute', { env: { account: '111122223333', region: 'eu-central-1' } });
  const made = new TaskNetwork(stack, 'Network', { installation: 'test', settings });
  const [placement, drillPlacement] = [made.placement, made.drillPlacement].map(
    (each) => stack.resolve(each) as TaskPlacement,
  );
  return { template: Template.fromStack(stack), placement, drillPlacement, app };
}

const propertiesOf = (template: Template, type: string) =>
  Object.values(template.findResources(type)).map(
    (resource) => resource['Properties'] as Record<string, unknown>,
  );

const OWN: Network[] = [{ mode: 'public' }, { mode: 'fixed-egress' }, { mode: 'private' }];
const MODES: Network[] = [...OWN, EXISTING];

test.each(MODES)('$mode: nothing is looked up at synth, and no custom resource is needed', (network) => {
  const { app, template } = synthesized(network);
  expect(app.synth().manifest.missing).toBeUndefined();
  template.resourceCountIs('AWS::Lambda::Function', 0);
  const groups = { public: 2, 'fixed-egress': 2, private: 3, existing: 1 }[network.mode];
  template.resourceCountIs('AWS::EC2::SecurityGroup', groups);
});

test.each(MODES)('$mode: tasks and drills have security groups without inbound', (network) => {
  const { template, placement, drillPlacement } = synthesized(network);
  const groups = [placement, drillPlacement].flatMap((each) => each?.securityGroupIds ?? []);
  expect(groups.map((group) => JSON.stringify(group))).toEqual([
    expect.stringContaining('TaskGroup'),
    expect.stringContaining(network.mode === 'existing' ? 'TaskGroup' : 'DrillGroup'),
  ]);
  const ofTasks = template.findResources('AWS::EC2::SecurityGroup', {
    Properties: { GroupDescription: Match.stringLikeRegexp('no inbound') },
  });
  expect(Object.keys(ofTasks)).toHaveLength(new Set(groups.map((group) => JSON.stringify(group))).size);
  for (const { Properties } of Object.values(ofTasks))
    expect(Properties as object).not.toHaveProperty('SecurityGroupIngress');
  for (const GroupId of groups)
    template.resourcePropertiesCountIs('AWS::EC2::SecurityGroupIngress', { GroupId }, 0);
});

test.each(OWN)(
  '$mode: a drill finds no way out but HTTPS, because it restores what anybody may have stored',
  (network) => {
    const { template, placement, drillPlacement } = synthesized(network);
    const drills = Object.entries(template.findResources('AWS::EC2::SecurityGroup')).filter(([id]) =>
      id.includes('DrillGroup'),
    );
    expect(drills.map(([, { Properties }]) => Properties.SecurityGroupEgress as unknown)).toEqual([
      [expect.objectContaining({ CidrIp: '0.0.0.0/0', IpProtocol: 'tcp', FromPort: 443, ToPort: 443 })],
    ]);
    template.resourceCountIs('AWS::EC2::SecurityGroupEgress', 0);
    expect({ ...drillPlacement, securityGroupIds: [] }).toEqual({ ...placement, securityGroupIds: [] });
  },
);

test.each(MODES)(
  '$mode: other stacks find subnets and security groups by the names of parameters',
  (network) => {
    const { template, placement } = synthesized(network);
    for (const Name of ['/test/subnet-ids', '/test/security-group-ids', '/test/drill-security-group-ids'])
      template.hasResourceProperties('AWS::SSM::Parameter', { Name, Type: 'StringList' });
    const Value = placement?.assignPublicIp === true ? 'ENABLED' : 'DISABLED';
    template.hasResourceProperties('AWS::SSM::Parameter', { Name: '/test/assign-public-ip', Value });
    const other = new Stack(newApp(), 'other');
    const settings = defineSettings({ ...MINIMAL, network }).network;
    const nameOf = (list: readonly string[]) => JSON.stringify(other.resolve(list)).toLowerCase();
    const { subnetIds, securityGroupIds } = publishedPlacement(other, 'test', settings);
    expect(nameOf(subnetIds)).toContain('subnetids');
    expect(nameOf(securityGroupIds)).toContain('testsecuritygroupids');
    const drills = publishedPlacement(other, 'test', settings, 'aws');
    expect(nameOf(drills.securityGroupIds)).toContain('testdrillsecuritygroupids');
  },
);

describe('public', () => {
  const { template, placement } = synthesized({ mode: 'public', availabilityZones: 3 });

  test('tasks get an address of their own, because there is no NAT', () => {
    expect(placement).toMatchObject({ assignPublicIp: true, subnetIds: { length: 3 } });
    template.resourceCountIs('AWS::EC2::NatGateway', 0);
  });

  test('the zones are those that the account has at deployment', () => {
    const zones = propertiesOf(template, 'AWS::EC2::Subnet').map(({ AvailabilityZone }) => AvailabilityZone);
    expect(zones).toEqual([0, 1, 2].map((index) => ({ 'Fn::Select': [index, { 'Fn::GetAZs': '' }] })));
  });
});

test('another number of zones moves no subnet that is there', () => {
  const rangesOf = (availabilityZones: number) =>
    Object.entries(
      synthesized({ mode: 'fixed-egress', availabilityZones }).template.findResources('AWS::EC2::Subnet'),
    ).map(([id, { Properties }]) => `${id} ${String(Properties.CidrBlock)}`);
  expect(rangesOf(3)).toEqual(expect.arrayContaining(rangesOf(2)));
});

test.each(['10.42.0.0/16', '192.168.7.0/24'])(
  'the range %s holds two kinds of subnets in three zones',
  (cidr) => {
    const { template } = synthesized({ mode: 'fixed-egress', cidr, availabilityZones: 3 });
    const ranges = propertiesOf(template, 'AWS::EC2::Subnet').map(({ CidrBlock }) => CidrBlock as string);
    expect(new Set(ranges).size).toBe(6);
  },
);

describe('fixed-egress', () => {
  const { template, placement } = synthesized({ mode: 'fixed-egress' });

  test('one NAT gateway has an address that is an output, for allow-lists', () => {
    const [[id]] = Object.entries(template.findResources('AWS::EC2::EIP')) as [[string, unknown]];
    const [nat, ...others] = propertiesOf(template, 'AWS::EC2::NatGateway');
    expect(others).toEqual([]);
    expect(nat?.['AllocationId']).toEqual({ 'Fn::GetAtt': [id, 'AllocationId'] });
    expect(template.findOutputs('EgressAddress')['EgressAddress']).toMatchObject({ Value: { Ref: id } });
  });

  test('every subnet of tasks goes through it, and no task has an address of its own', () => {
    expect(placement).toMatchObject({ assignPublicIp: false });
    const routes = propertiesOf(template, 'AWS::EC2::Route').filter(
      ({ NatGatewayId }) => NatGatewayId !== undefined,
    );
    expect(routes).toHaveLength(2);
  });

  test('but what is stored passes by it, because it asks for each byte', () => {
    const [gateway, ...others] = propertiesOf(template, 'AWS::EC2::VPCEndpoint');
    expect(gateway).toMatchObject({ VpcEndpointType: 'Gateway' });
    expect(gateway?.['RouteTableIds']).toHaveLength(2);
    expect(others).toEqual([]);
  });
});

describe('private', () => {
  const { template, placement } = synthesized({ mode: 'private' });

  test('there is no way to the internet', () => {
    template.resourceCountIs('AWS::EC2::Route', 0);
    template.resourceCountIs('AWS::EC2::InternetGateway', 0);
    expect(placement).toMatchObject({ assignPublicIp: false });
  });

  test('each service that a task needs has an endpoint in every subnet, S3 a gateway in every route table', () => {
    const endpoints = propertiesOf(template, 'AWS::EC2::VPCEndpoint');
    const services = endpoints.map(
      ({ ServiceName }) => /(ecr\.)?[a-z0-9]+(?="[\]}]*$)/.exec(JSON.stringify(ServiceName))?.[0],
    );
    expect(services.sort()).toEqual(['ecr.api', 'ecr.dkr', 'kms', 'logs', 's3', 'secretsmanager', 'sts']);
    for (const { VpcEndpointType, SubnetIds, RouteTableIds } of endpoints)
      expect(VpcEndpointType === 'Gateway' ? RouteTableIds : SubnetIds).toHaveLength(2);
  });

  test('endpoints answer to tasks and drills only', () => {
    const rules = propertiesOf(template, 'AWS::EC2::SecurityGroupIngress');
    const from = (group: RegExp) => ({
      FromPort: 443,
      ToPort: 443,
      SourceSecurityGroupId: { 'Fn::GetAtt': [expect.stringMatching(group), 'GroupId'] },
    });
    expect(rules).toMatchObject([from(/^NetworkTaskGroup/), from(/^NetworkDrillGroup/)]);
    expect(new Set(rules.map(({ GroupId }) => JSON.stringify(GroupId))).size).toBe(1);
    const [rule] = rules;
    const groups = new Set(
      propertiesOf(template, 'AWS::EC2::VPCEndpoint')
        .filter(({ VpcEndpointType }) => VpcEndpointType === 'Interface')
        .map(({ SecurityGroupIds }) => JSON.stringify(SecurityGroupIds)),
    );
    expect([...groups]).toEqual([JSON.stringify([rule?.['GroupId']])]);
  });
});

describe('existing', () => {
  test('its subnets are taken as they are, and nothing is made but a security group, for drills too', () => {
    const { template, placement, drillPlacement } = synthesized({ ...EXISTING, assignPublicIp: true });
    expect(placement).toMatchObject({ subnetIds: EXISTING.subnetIds, assignPublicIp: true });
    expect(drillPlacement).toEqual(placement);
    template.resourceCountIs('AWS::EC2::Subnet', 0);
    template.hasResourceProperties('AWS::EC2::SecurityGroup', { VpcId: EXISTING.vpcId });
  });

  test('security groups that are named are used, and none is made', () => {
    const securityGroupIds = ['sg-0123456789abcdef0', 'sg-0123456789abcdef1'];
    const { template, placement, drillPlacement } = synthesized({ ...EXISTING, securityGroupIds });
    expect(placement).toMatchObject({ securityGroupIds });
    expect(drillPlacement).toEqual(placement);
    template.resourceCountIs('AWS::EC2::SecurityGroup', 0);
    template.hasResourceProperties('AWS::SSM::Parameter', {
      Name: '/test/security-group-ids',
      Value: securityGroupIds.join(','),
    });
  });
});
