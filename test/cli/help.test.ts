/** What `--help` shows in the smallest usual terminal. */
import type { Command } from 'commander';
import { programOf } from '../../lib/cli/program';
import { systemClock } from '../../lib/runtime/clock';
import { silentReporter } from '../../lib/runtime/reporter';

const COLUMNS = 80;

const program = programOf({
  ...{ stdout: process.stdout, environment: {}, clock: systemClock, prompt: () => undefined },
  ...{ signal: new AbortController().signal, reporter: () => silentReporter },
});

function commandsBelow(command: Command, trail = command.name()): [string, Command][] {
  const below = command.commands.flatMap((each) => commandsBelow(each, `${trail} ${each.name()}`));
  return [[trail, command], ...below];
}

const COMMANDS = commandsBelow(program);

function helpOf(command: Command): string {
  let text = '';
  command
    .configureOutput({ getOutHelpWidth: () => COLUMNS, writeOut: (more) => (text += more) })
    .outputHelp();
  return text;
}

/** Commands to copy must not be broken. */
function withoutExamples(help: string): string {
  return help.replace(/^Examples:\n( {2}.+\n)+/m, '');
}

test.each(COMMANDS)('%s --help fits a terminal of 80 columns', (_, command) => {
  const lines = withoutExamples(helpOf(command)).split('\n');
  expect(lines.filter((line) => line.length > COLUMNS)).toEqual([]);
});

test.each(COMMANDS.filter(([, { commands }]) => commands.length === 0))(
  '%s --help tells the exit codes, and what each option means',
  (_, command) => {
    expect(helpOf(command)).toContain('\nExit codes:\n   0  done\n');
    expect(command.options.filter(({ description }) => description === '')).toEqual([]);
  },
);
