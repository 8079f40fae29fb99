/** The operator's command line: one verb a file. */
import { Command } from 'commander';
import { TOOL_VERSION } from '../contract/tool-version';
import { registerBackup } from './backup';
import { registerCheck } from './check';
import type { CommandIo } from './command-io';
import { exitCodesHelp } from './exit-codes';
import { registerInit } from './init';
import { registerKeys } from './keys';
import { registerList } from './list';
import { registerRestore } from './restore';
import { registerShow } from './show';

export function programOf(io: CommandIo): Command {
  const program = new Command('backstop')
    .description('PostgreSQL backups that have already been restored.')
    .version(TOOL_VERSION)
    .showHelpAfterError('(--help tells more)')
    .exitOverride()
    .addHelpText('after', exitCodesHelp());
  registerInit(program, io);
  registerBackup(program, io);
  registerList(program, io);
  registerShow(program, io);
  registerCheck(program, io);
  registerRestore(program, io);
  registerKeys(program, io);
  // A subcommand takes over neither of these by itself.
  for (const command of program.commands) command.exitOverride().showHelpAfterError('(--help tells more)');
  return program;
}
