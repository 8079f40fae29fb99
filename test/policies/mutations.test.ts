/**
 * The table notices changes: it has a line for each statement of each policy. Where one could be taken away, or widened to
 * everything, and no line changed, either the statement would be needless or a line would be missing.
 */
import { broken } from '../templates/breaking';
import type { DeployedApp } from './deployed-app';
import { installation } from './installation';
import { listOf, statementsOf, type Statement } from './policy-document';
import { EVERYBODY, principalsOf, type Who } from './principals';
import { tableOf } from './table';
import { verdictOn } from './verdict';

const everybody = Object.keys(EVERYBODY) as Who[];

/** All verdicts of the table, as one text. */
function verdicts(app: DeployedApp): string {
  const principals = principalsOf(app, 'shop');
  const rows = Object.values(tableOf(app, 'shop', 'web')).flat();
  return rows
    .flatMap(({ call }) => everybody.map((who) => JSON.stringify(verdictOn(app, principals[who], call))))
    .join('\n');
}

const app = installation();
const unchanged = verdicts(app);

interface Owned {
  readonly title: string;
  readonly statement: Statement;
  /** The app with that part of the statement changed. */
  readonly change: (part: string, value: unknown) => DeployedApp;
}

const POLICIES = [
  ['AWS::IAM::Policy', 'PolicyDocument', /./],
  ['AWS::S3::BucketPolicy', 'PolicyDocument', /^PostgresBackups/],
  ['AWS::KMS::Key', 'KeyPolicy', /^(Backup|ManifestSigning|EvidenceSigning)Key/],
] as const;

/** Of the programs that all databases share, and of one database. */
const statements = POLICIES.flatMap(([type, property, pattern]) =>
  app
    .all(type)
    .filter(({ logicalId }) => pattern.test(logicalId) && !/^(web|ledger|laptop)/.test(logicalId))
    .flatMap(({ logicalId, properties }) =>
      statementsOf(properties[property] as Parameters<typeof statementsOf>[0]).map(
        (statement, index): Owned => ({
          title: `${logicalId}: ${statement.Sid ?? listOf(statement.Action).join(', ')}`,
          statement,
          change: (part, value) =>
            broken(app, {
              type,
              logicalId: new RegExp(`^${logicalId}$`),
              path: `${property}.Statement.${index}.${part}`,
              value,
            }),
        }),
      ),
    ),
);

test.each(statements)('a line has to do with $title', ({ change }) => {
  expect(verdicts(change('Action', 'none:None'))).not.toBe(unchanged);
});

const allowed = statements.filter(({ statement }) => statement.Principal === undefined);
const named = allowed.filter(({ statement }) => !listOf(statement.Resource).includes('*'));
const conditional = allowed.filter(({ statement }) => statement.Condition !== undefined);

test.each(named)('a line notices more resources of $title', ({ change }) => {
  expect(verdicts(change('Resource', '*'))).not.toBe(unchanged);
});

test.each(conditional)('a line notices $title without its condition', ({ change }) => {
  expect(verdicts(change('Condition', {}))).not.toBe(unchanged);
});
