/** Who may ask for something: the role of each program, found by what runs under it, and the people around it. */
import { backupTaskFamily, drillTaskFamily, restoreTaskFamily } from '../../lib/contract/names';
import type { DeployedApp, DeployedResource } from './deployed-app';
import type { Principal } from './evaluate';
import { ADMINISTRATOR, BREAK_GLASS, DEPLOYMENT, INSTALLATION, MAJOR } from './installation';
import type { PolicyDocument } from './policy-document';

/** In the order of the table's columns, with their headings. */
export const PROGRAMS = {
  backup: 'backup',
  backupStart: 'backup start',
  drill: 'drill',
  drillStart: 'drill start',
  restore: 'restore',
  restoreStart: 'restore start',
  monitor: 'monitor',
  keeper: 'keeper',
  scheduler: 'scheduler',
  drillScheduler: 'drill scheduler',
  webhook: 'webhook',
  publicKeys: 'public keys',
  alarmTest: 'alarm test',
} as const;
export const PEOPLE = {
  deployment: 'deployment',
  breakGlass: 'break-glass',
  administrator: 'administrator',
  anonymous: 'anybody',
} as const;
export const EVERYBODY = { ...PROGRAMS, ...PEOPLE };
export type Who = keyof typeof EVERYBODY;

export type Principals = Readonly<Record<Who, Principal>>;

/** The worst case of a person: the managed policy AdministratorAccess. */
const EVERYTHING: PolicyDocument = {
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Action: '*', Resource: '*' },
};

const person = (arn: string): Principal => ({ type: 'role', arn, policies: [EVERYTHING] });

/** @param database whose backup and drill, and whose schedulers */
export function principalsOf(app: DeployedApp, database: string): Principals {
  const backup = taskDefinition(app, backupTaskFamily(INSTALLATION, database));
  const drill = taskDefinition(app, drillTaskFamily(INSTALLATION, database));
  const restore = taskDefinition(app, restoreTaskFamily(INSTALLATION, MAJOR));
  return {
    backup: app.role(backup.properties['TaskRoleArn'] as string),
    backupStart: app.role(backup.properties['ExecutionRoleArn'] as string),
    drill: app.role(drill.properties['TaskRoleArn'] as string),
    drillStart: app.role(drill.properties['ExecutionRoleArn'] as string),
    restore: app.role(restore.properties['TaskRoleArn'] as string),
    restoreStart: app.role(restore.properties['ExecutionRoleArn'] as string),
    monitor: programRole(app, 'Monitor'),
    keeper: programRole(app, 'Keeper'),
    scheduler: app.role(schedulerRole(app, backup)),
    drillScheduler: app.role(schedulerRole(app, drill)),
    webhook: programRole(app, 'Webhook'),
    publicKeys: programRole(app, 'PublicKeys'),
    alarmTest: programRole(app, 'AlarmTest'),
    deployment: person(DEPLOYMENT),
    breakGlass: person(BREAK_GLASS),
    administrator: person(ADMINISTRATOR),
    anonymous: { type: 'anonymous' },
  };
}

export function taskDefinition(app: DeployedApp, family: string): DeployedResource {
  return app.one('AWS::ECS::TaskDefinition', ({ properties }) => properties['Family'] === family);
}

function programRole(app: DeployedApp, construct: string): Principal {
  const program = app.one('AWS::Lambda::Function', ({ logicalId }) => logicalId.includes(construct));
  return app.role(program.properties['Role'] as string);
}

interface ScheduleTarget {
  readonly RoleArn: string;
  readonly EcsParameters?: { readonly TaskDefinitionArn: string };
}

/** All schedules and rules of one task run it under one role. */
function schedulerRole(app: DeployedApp, task: DeployedResource): string {
  const targets = [
    ...app.all('AWS::Scheduler::Schedule').map(({ properties }) => properties['Target'] as ScheduleTarget),
    ...app.all('AWS::Events::Rule').flatMap(({ properties }) => properties['Targets'] as ScheduleTarget[]),
  ].filter(({ EcsParameters }) => EcsParameters?.TaskDefinitionArn === task.arn);
  const roles = [...new Set(targets.map(({ RoleArn }) => RoleArn))];
  if (roles.length !== 1) throw new Error(`${roles.length} roles run ${task.logicalId}`);
  return roles[0]!;
}
