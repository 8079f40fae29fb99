/** The table of roles holds for the synthesized policies of identities, buckets, keys, topics and roles together. */
import { drillTaskFamily } from '../../lib/contract/names';
import { StorageStack } from '../../lib/stacks/storage-stack';
import { newApp } from '../support/synthesize';
import { call, s3 } from './calls';
import { DeployedApp, templatesOf } from './deployed-app';
import { BUCKET, installation, INSTALLATION, keyArn, SETTINGS } from './installation';
import { EVERYBODY, principalsOf, taskDefinition, type Who } from './principals';
import { ACCOUNT, REGION, regional } from './resolve';
import { tableOf, type Row } from './table';
import { verdictOn } from './verdict';

const app = installation();
const everybody = Object.keys(EVERYBODY) as Who[];

describe.each([
  ['shop', 'web'],
  ['web', 'shop'],
])('of %s, beside %s', (own, other) => {
  const principals = principalsOf(app, own);
  const rows = Object.entries(tableOf(app, own, other)).flatMap(([area, ofArea]) =>
    ofArea.map((row): [string, Row] => [`${area}: ${row.does}`, row]),
  );

  /** Whoever is not named is turned away, so a new program may do nothing that no line names. */
  test.each(rows)('%s', (_, { call: asked, allowed, refusedBy }) => {
    const turnedAway = refusedBy ?? 'turned away';
    const expected = everybody.map((who) => [who, allowed.includes(who) ? 'allowed' : turnedAway]);
    const found = everybody.map((who) => {
      const verdict = verdictOn(app, principals[who], asked);
      if (verdict.outcome === 'allowed') return [who, 'allowed'];
      return [who, refusedBy !== undefined && verdict.outcome === 'refused' ? verdict.by : 'turned away'];
    });
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected));
  });
});

const BACKED_UP = Object.entries(SETTINGS.databases)
  .filter(([, { connection }]) => connection !== 'elsewhere')
  .map(([name]) => name);

test('each role of the templates is in the table, so none is forgotten', () => {
  const known = BACKED_UP.flatMap((database) => Object.values(principalsOf(app, database))).flatMap(
    (principal) => (principal.type === 'role' ? [principal.arn] : []),
  );
  const drilledOnly = ['laptop'].map((database) =>
    String(taskDefinition(app, drillTaskFamily(INSTALLATION, database)).properties['TaskRoleArn']),
  );
  const made = app.all('AWS::IAM::Role').map(({ arn }) => arn);
  expect(made.filter((arn) => ![...known, ...drilledOnly].includes(arn))).toEqual([]);
});

test('only the backup of a database with RDS IAM authentication logs in by its role, as its user', () => {
  const login = (user: string) =>
    call('rds-db:connect', regional('rds-db', `dbuser:db-ABCDEFGHIJKL01234567890ABC/${user}`));
  const may = (database: string, who: Who, user = 'backstop') =>
    verdictOn(app, principalsOf(app, database)[who], login(user)).outcome === 'allowed';
  const programs = everybody.filter((who) => !['deployment', 'breakGlass', 'administrator'].includes(who));
  expect(programs.filter((who) => may('ledger', who))).toEqual(['backup']);
  expect(programs.filter((who) => may('shop', who))).toEqual([]);
  expect(may('ledger', 'backup', 'postgres')).toBe(false);
});

test('where the settings name no break-glass role, nobody destroys anything', () => {
  const cdk = newApp();
  const settings = { ...SETTINGS, breakGlassRoleArn: undefined };
  new StorageStack(cdk, `${INSTALLATION}-storage`, {
    settings,
    env: { account: ACCOUNT, region: REGION },
  });
  const storage = new DeployedApp(templatesOf(cdk));
  const people = principalsOf(app, 'shop');
  const destroys = [
    ...['DeleteObject', 'DeleteObjectVersion', 'BypassGovernanceRetention'].flatMap((action) =>
      s3(action, `${BUCKET}/points/daily/postgres/shop/x`),
    ),
    ...s3('DeleteBucket', BUCKET),
    ...call('kms:ScheduleKeyDeletion', keyArn(storage, 'backupKeyArn')),
  ];
  for (const who of everybody)
    for (const request of destroys)
      expect([who, request.action, verdictOn(storage, people[who], [request]).outcome]).toEqual([
        who,
        request.action,
        'refused',
      ]);
});
