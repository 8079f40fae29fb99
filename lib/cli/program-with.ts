/** A command line of some verbs. */
import { Command } from 'commander';
import { TOOL_VERSION } from '../contract/tool-version';
import type { CommandIo } from './command-io';
import { exitCodesHelp } from './exit-codes';

/** Adds one verb: its options, its help, what it does. */
export type Verb = (program: Command, io: CommandIo) => void;

export function programWith(verbs: readonly Verb[], io: CommandIo): Command {
  const program = new Command('backstop')
    .description('PostgreSQL backups that have already been restored.')
    .version(TOOL_VERSION)
    .showHelpAfterError('(--help tells more)')
    .exitOverride()
    // Commander's own 40 leave the longest option of `backup` no room in a terminal of 80 columns.
    .configureHelp({ minWidthToWrap: 30 })
    .addHelpText('after', exitCodesHelp());
  for (const addTo of verbs) addTo(program, io);
  // A subcommand takes over neither of these by itself.
  for (const command of program.commands) command.exitOverride().showHelpAfterError('(--help tells more)');
  return program;
}
