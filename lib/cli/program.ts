/** The operator's command line: one verb a file. */
import type { Command } from 'commander';
import { registerAlarmTest } from './alarm-test';
import { registerAlarms } from './alarms';
import { registerAudit } from './audit';
import { registerBackup } from './backup';
import { registerCheck } from './check';
import type { CommandIo } from './command-io';
import { registerCompliance } from './compliance';
import { registerCost } from './cost';
import { registerDoctor } from './doctor';
import { registerDrill } from './drill';
import { registerInit } from './init';
import { findByInstallation } from './installation-option';
import { registerKeys } from './keys';
import { registerList } from './list';
import { registerOpen } from './open';
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
    registerCompliance,
    registerCost,
    registerPrune,
    registerKeys,
    registerAlarms,
    registerAlarmTest,
    registerOpen,
  ];
  const program = programWith(verbs, io);
  findByInstallation(program);
  return program;
}
