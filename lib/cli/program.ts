/** The operator's command line: one verb a file. */
import type { Command } from 'commander';
import { registerAudit } from './audit';
import { registerBackup } from './backup';
import { registerCheck } from './check';
import type { CommandIo } from './command-io';
import { registerDoctor } from './doctor';
import { registerDrill } from './drill';
import { registerInit } from './init';
import { registerKeys } from './keys';
import { registerList } from './list';
import { programWith } from './program-with';
import { registerPrune } from './prune';
import { registerRestore } from './restore';
import { registerShow } from './show';
import { registerStatus } from './status';

export function programOf(io: CommandIo): Command {
  const verbs = [
    registerInit,
    registerDoctor,
    registerBackup,
    registerStatus,
    registerList,
    registerShow,
    registerCheck,
    registerRestore,
    registerDrill,
    registerAudit,
    registerPrune,
    registerKeys,
  ];
  return programWith(verbs, io);
}
