import { Command, Option } from 'commander';
import { passedOn } from '../../lib/cli/passed-on-options';

/** What a restore might take, one option of each kind. */
function parsed(...words: string[]): Command {
  return new Command('restore')
    .exitOverride()
    .option('--owners')
    .option('--no-compare')
    .option('--table <names...>')
    .option('--in-aws')
    .addOption(new Option('--jobs <count>').argParser(Number).default(2))
    .addOption(new Option('--thaw [speed]').preset('standard'))
    .addOption(new Option('--since <instant>').argParser((text) => new Date(text)))
    .addOption(new Option('--from <url>'))
    .addOption(
      new Option('--allow <refusal>')
        .argParser((text: string, before: readonly string[]) => [...before, text])
        .default([]),
    )
    .parse(words, { from: 'user' });
}

test('what was given is passed on, each kind as the program reads it; defaults are not', () => {
  const words = ['--owners', '--no-compare', '--jobs', '3', '--thaw', '--since', '2026-11-20T02:30:00+01:00'];
  const command = parsed(...words, '--in-aws', '--table', 'a', 'b');
  const again = passedOn(command, ['inAws']);
  expect(again).toEqual([
    ...['--owners', '--no-compare', '--table', 'a', 'b', '--jobs', '3', '--thaw', 'standard'],
    ...['--since', '2026-11-20T01:30:00.000Z'],
  ]);
  expect(parsed(...again).opts()).toEqual({ ...command.opts(), inAws: undefined });
  expect(passedOn(parsed(), [])).toEqual([]);
});

test('an option that may be given again is passed on once for each time', () => {
  const again = passedOn(parsed('--allow', 'old', '--allow', 'unproven'), []);
  expect(again).toEqual(['--allow', 'old', '--allow', 'unproven']);
  expect(parsed(...again).opts()).toMatchObject({ allow: ['old', 'unproven'] });
});

test('a password is never passed on', () => {
  expect(passedOn(parsed('--from', 'postgres://user@host/shop'), [])).toHaveLength(2);
  expect(passedOn(parsed('--from', 'postgres://host/shop?user=me&sslmode=require'), [])).toHaveLength(2);
  for (const url of [
    'postgres://user:secret@host/shop',
    'postgres://user@host/shop?password=secret',
    'postgres://host/shop?user=me&password=secret',
    'postgres://host/shop?sslpassword=secret',
    'postgres://host/shop?pass%77ord=secret',
    '{"after":[{"name":"up","url":"https://host/up?Password=secret"}]}',
  ])
    expect(() => passedOn(parsed('--from', url), [])).toThrow(
      '--from holds a password, which would stand in the task',
    );
});
