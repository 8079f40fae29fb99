import { CfnOutput, Fn, Stack } from 'aws-cdk-lib';
import {
  CfnEIP,
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpointAwsService,
  IpAddresses,
  NatProvider,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
  type ISecurityGroup,
  type IVpc,
  type SubnetConfiguration,
} from 'aws-cdk-lib/aws-ec2';
import { StringListParameter, StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { namesOf } from '../contract/names';
import type { NetworkSettings } from '../settings/platform-schema';
import { assignsPublicIp, type TaskPlacement } from './task-placement';

export interface TaskNetworkProps {
  readonly installation: string;
  readonly settings: NetworkSettings;
}

/** Of tasks that may reach anything, and of those that reach AWS alone. */
type Placements = readonly [TaskPlacement, TaskPlacement];
type OwnNetwork = Exclude<NetworkSettings, { mode: 'existing' }>;

/** So many zones have their addresses reserved: another number of zones moves no subnet. */
const MOST_ZONES = 3;
const TASK_SUBNETS = 'tasks';

/**
 * What a task without a way to the internet needs of AWS; objects go through the S3 gateway. sts is for tools of the
 * operator: a task's own credentials come from ECS.
 */
const ENDPOINTS = {
  EcrApi: InterfaceVpcEndpointAwsService.ECR,
  EcrDocker: InterfaceVpcEndpointAwsService.ECR_DOCKER,
  Logs: InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS,
  Secrets: InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
  Kms: InterfaceVpcEndpointAwsService.KMS,
  Sts: InterfaceVpcEndpointAwsService.STS,
};

/**
 * For a stack's `availabilityZones`: those that the account has when it is deployed. CDK's own answer is a look-up, which
 * needs credentials at synth.
 */
export function zonesAtDeployment(): string[] {
  return Array.from({ length: MOST_ZONES }, (_, index) => Fn.select(index, Fn.getAzs()));
}

/** From where in the network tasks reach databases and AWS. Nothing reaches them: they listen to nobody. */
export class TaskNetwork extends Construct {
  readonly placement: TaskPlacement;
  /** Of tasks that need services of AWS and nothing else: drills on a throw-away server. */
  readonly drillPlacement: TaskPlacement;

  constructor(scope: Construct, id: string, props: TaskNetworkProps) {
    super(scope, id);
    const { settings, installation } = props;
    const [tasks, drills] = settings.mode === 'existing' ? this.existing(settings) : this.own(settings);
    this.placement = tasks;
    this.drillPlacement = drills;
    this.publish(installation);
  }

  /**
   * Drills go where other tasks go: such a network may have a proxy or name servers of its own, which only its owner knows.
   */
  private existing(settings: Extract<NetworkSettings, { mode: 'existing' }>): Placements {
    const { subnetIds, securityGroupIds = [this.groupIn(settings.vpcId)] } = settings;
    const place = { subnetIds, securityGroupIds, assignPublicIp: assignsPublicIp(settings) };
    return [place, place];
  }

  /** By its id alone: a look-up would need credentials at synth. */
  private groupIn(vpcId: string): string {
    const { availabilityZones } = Stack.of(this);
    return this.taskGroup(Vpc.fromVpcAttributes(this, 'Vpc', { vpcId, availabilityZones })).securityGroupId;
  }

  private own(settings: OwnNetwork): Placements {
    const { mode } = settings;
    const vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr(settings.cidr),
      maxAzs: settings.availabilityZones,
      reservedAzs: MOST_ZONES - settings.availabilityZones,
      subnetConfiguration: subnetsOf(settings),
      ...(mode === 'fixed-egress' && { natGatewayProvider: this.fixedAddress(), natGateways: 1 }),
      /** Nothing uses the VPC's default group; emptying it would bring a custom resource and a role along. */
      restrictDefaultSecurityGroup: false,
    });
    const groups = [this.taskGroup(vpc), this.drillGroup(vpc)] as const;
    /** Costs nothing; a NAT gateway would ask for each byte that is stored. */
    if (mode !== 'public') this.addGatewayToS3(vpc);
    if (mode === 'private') this.addEndpoints(vpc, groups);
    const { subnetIds } = vpc.selectSubnets({ subnetGroupName: TASK_SUBNETS });
    const place = ({ securityGroupId }: ISecurityGroup) => ({
      subnetIds,
      securityGroupIds: [securityGroupId],
      assignPublicIp: assignsPublicIp(settings),
    });
    return [place(groups[0]), place(groups[1])];
  }

  /** Outbound is open, because a database or a server to restore to may be anywhere; the subnets decide what is near. */
  private taskGroup(vpc: IVpc): SecurityGroup {
    return new SecurityGroup(this, 'TaskGroup', {
      vpc,
      description: 'Tasks of Backstop: no inbound',
      allowAllOutbound: true,
    });
  }

  /**
   * A restored database may run whatever somebody stored in it: it finds no way out but to AWS, whose addresses nobody can
   * list. Names are looked up at the network's own resolver, which no group filters.
   */
  private drillGroup(vpc: IVpc): SecurityGroup {
    const group = new SecurityGroup(this, 'DrillGroup', {
      vpc,
      description: 'Drills of Backstop: no inbound, outbound HTTPS only',
      allowAllOutbound: false,
    });
    group.addEgressRule(Peer.anyIpv4(), Port.tcp(443), 'HTTPS to services of AWS');
    return group;
  }

  private fixedAddress(): NatProvider {
    const address = new CfnEIP(this, 'Address', { domain: 'vpc' });
    new CfnOutput(Stack.of(this), 'EgressAddress', {
      value: address.ref,
      description: 'Every task comes from this address: allow it where the database has an allow-list.',
    });
    return NatProvider.gateway({ eipAllocationIds: [address.attrAllocationId] });
  }

  private addGatewayToS3(vpc: Vpc): void {
    const subnets = [{ subnetGroupName: TASK_SUBNETS }];
    vpc.addGatewayEndpoint('S3', { service: GatewayVpcEndpointAwsService.S3, subnets });
  }

  private addEndpoints(vpc: Vpc, callers: readonly ISecurityGroup[]): void {
    const subnets = { subnetGroupName: TASK_SUBNETS };
    const group = new SecurityGroup(this, 'EndpointGroup', {
      vpc,
      description: 'Endpoints of AWS services: from tasks of Backstop only',
      allowAllOutbound: false,
    });
    for (const caller of callers) group.addIngressRule(caller, Port.tcp(443), 'HTTPS from tasks');
    for (const [id, service] of Object.entries(ENDPOINTS))
      vpc.addInterfaceEndpoint(id, { service, subnets, securityGroups: [group], open: false });
  }

  /** For the stacks of databases, which refer to no other stack, and for operators who start a task by hand. */
  private publish(installation: string): void {
    const { parameters } = namesOf(installation);
    const publishList = (id: string, parameterName: string, stringListValue: string[]) =>
      new StringListParameter(this, id, { parameterName, stringListValue });
    publishList('SubnetIds', parameters.subnetIds, this.placement.subnetIds);
    publishList('SecurityGroupIds', parameters.securityGroupIds, this.placement.securityGroupIds);
    publishList(
      'DrillSecurityGroupIds',
      parameters.drillSecurityGroupIds,
      this.drillPlacement.securityGroupIds,
    );
    new StringParameter(this, 'AssignPublicIp', {
      parameterName: parameters.assignPublicIp,
      stringValue: this.placement.assignPublicIp ? 'ENABLED' : 'DISABLED',
    });
  }
}

function subnetsOf({ mode, cidr }: OwnNetwork): SubnetConfiguration[] {
  /** An eighth each: two kinds in up to three zones, whatever the range. */
  const cidrMask = Number(cidr.split('/')[1]) + 3;
  const subnets = (name: string, subnetType: SubnetType) => ({ name, subnetType, cidrMask });
  switch (mode) {
    case 'public':
      return [{ ...subnets(TASK_SUBNETS, SubnetType.PUBLIC), mapPublicIpOnLaunch: false }];
    case 'fixed-egress':
      return [
        { ...subnets('nat', SubnetType.PUBLIC), mapPublicIpOnLaunch: false },
        subnets(TASK_SUBNETS, SubnetType.PRIVATE_WITH_EGRESS),
      ];
    case 'private':
      return [subnets(TASK_SUBNETS, SubnetType.PRIVATE_ISOLATED)];
  }
}
