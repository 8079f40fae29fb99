/** Each statement of each policy says something: its actions and condition keys exist, its resources fit its actions. */
import { listOf, statementsOf, type Statement } from './policy-document';
import { actionsOf, actsOn, bringsKey } from './facts';
import { installation } from './installation';
import { tableOf } from './table';

const app = installation();

interface Owned {
  readonly of: string;
  readonly statement: Statement;
}

const STATEMENTS: readonly Owned[] = app
  .policies()
  .flatMap(({ of, document }) => statementsOf(document).map((statement) => ({ of, statement })));

const describe = ({ of, statement }: Owned) =>
  `${of} ${statement.Sid ?? ''} ${listOf(statement.Action).join(',')}`.slice(0, 120);

const CASES = STATEMENTS.map((owned): [string, Statement] => [describe(owned), owned.statement]);

test('there are policies of identities and of resources', () => {
  expect(STATEMENTS.filter(({ statement }) => statement.Principal === undefined).length).toBeGreaterThan(10);
  expect(STATEMENTS.filter(({ statement }) => statement.Principal !== undefined).length).toBeGreaterThan(10);
});

/** A misspelt one would allow nothing, which is seen, or deny nothing, which is not. */
test.each(CASES)('each action exists: %s', async (_, { Action }) => {
  for (const action of listOf(Action).filter((each) => each !== '*'))
    expect([action, (await actionsOf(action)).length]).not.toEqual([action, 0]);
});

/** A key that an action never brings makes a deny that never denies, or an allow that never allows. */
test.each(CASES)('each action brings the condition keys: %s', async (_, { Action, Condition = {} }) => {
  const keys = Object.values(Condition).flatMap((operands) => Object.keys(operands));
  for (const pattern of listOf(Action).filter((each) => each !== '*'))
    for (const key of keys) {
      const brings = await Promise.all((await actionsOf(pattern)).map((action) => bringsKey(action, key)));
      expect([pattern, key, brings.some(Boolean)]).toEqual([pattern, key, true]);
    }
});

test('the calls of the table are calls that exist, with a context that they have', async () => {
  const rows = Object.values(tableOf(app, 'shop', 'web')).flat();
  for (const { action, resource, context } of rows.flatMap(({ call }) => call)) {
    expect(await actionsOf(action)).toEqual([action]);
    expect([action, resource, await actsOn(action, resource)]).toEqual([action, resource, true]);
    for (const key of Object.keys(context))
      expect([action, key, await bringsKey(action, key)]).toEqual([action, key, true]);
  }
});
