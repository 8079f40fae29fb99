/** The command line of the task's image: what a task does, and nothing that an operator's machine is needed for. */
import type { Command } from 'commander';
import { registerBackup } from './backup';
import type { CommandIo } from './command-io';
import { registerDrill } from './drill';
import { programWith } from './program-with';
import { registerRestore } from './restore';

export function taskProgramOf(io: CommandIo): Command {
  return programWith([registerBackup, registerRestore, registerDrill], io);
}
