/** `backstop doctor`: whether machine, account and databases are ready for what the settings say. */
import type { Command } from 'commander';
import { Failure } from '../contract/failure';
import { diagnose, type Diagnosis } from '../operations/doctor/diagnose';
import { examinationsOf, type Examination } from '../operations/doctor/examination';
import { monthlyCost } from '../settings/cost';
import { loadSettings } from '../settings/load';
import type { Settings } from '../settings/schema';
import { printResult, type CommandIo } from './command-io';
import { doctorRequest } from './doctor-request';
import { exitCodesHelp } from './exit-codes';
import * as shared from './options';
import { plainTable } from './point-table';

interface DoctorOptions {
  readonly settings?: string;
  readonly json?: boolean;
}

const MORE = `
Changes nothing. Passwords come from PGPASSWORD, or from a passfile
(PGPASSFILE), which knows those of several databases. Ends with 3 where a
database has a fault, with 2 where only machine or account have, with 0 where
there are warnings only.

Examples:
  backstop doctor
  PGPASSFILE=passwords backstop doctor --settings examples/deltacrown.ts --json`;

export function registerDoctor(program: Command, io: CommandIo): void {
  program
    .command('doctor')
    .description('look whether machine, account and databases are ready for a deployment')
    .option('--settings <path>', 'the settings file (default: backstop.config.ts)')
    .addOption(shared.jsonOption())
    .addHelpText('after', `${MORE}\n${exitCodesHelp()}`)
    .action((options: DoctorOptions) => doctor(options, io));
}

async function doctor({ settings: path, json = false }: DoctorOptions, io: CommandIo): Promise<void> {
  const { settings, file, note } = loadSettings(path);
  if (note !== undefined)
    throw new Failure('usage', 'There is no backstop.config.ts here.', {
      hint: 'Write one with `backstop init`, or name another file with --settings PATH.',
    });
  const { environment } = io;
  const machine = { nodeVersion: process.versions.node, architecture: process.arch, environment };
  const diagnosis = await diagnose(doctorRequest(settings, environment), machine);
  const examinations = [...diagnosis.examinations, costOf(settings, diagnosis)];
  printResult(io, json, { settings: file, examinations }, () => textOf(examinations, io.stdout.columns));
  failOnFaults(examinations);
}

/** With the sizes that were measured, not those that the settings guess. */
function costOf(settings: Settings, { databaseBytes }: Diagnosis): Examination {
  const measured = Object.entries(settings.databases).map(([name, database]) => {
    const bytes = databaseBytes.get(name);
    return [name, bytes === undefined ? database : { ...database, databaseGigabytes: bytes / 1e9 }] as const;
  });
  const { totalUsd, lines, assumedSize } = monthlyCost({
    ...settings,
    databases: Object.fromEntries(measured),
  });
  const largest = [...lines].sort((a, b) => b.usd - a.usd).slice(0, 3);
  const parts = largest.map(({ what, usd }) => `${what} ${usd.toFixed(2)}`).join(', ');
  const unknown = assumedSize.length === 0 ? '' : `; the size of ${assumedSize.join(', ')} is assumed`;
  return examinationsOf({ area: 'account' }).ok(
    'cost',
    `about ${totalUsd.toFixed(2)} USD a month, most of it for ${parts}${unknown}`,
  );
}

const MARKS: Readonly<Record<Examination['outcome'], string>> = {
  ok: 'ok',
  warning: 'warning',
  fault: 'FAULT',
};

function textOf(examinations: readonly Examination[], width: number | undefined): string {
  const columns = [
    { title: '', cell: ({ outcome }: Examination) => MARKS[outcome] },
    { title: 'OF', cell: subjectOf },
    { title: 'CHECK', cell: ({ check }: Examination) => check },
    { title: 'FOUND', cell: ({ found }: Examination) => found },
  ];
  const advised = examinations.filter(({ hint }) => hint !== undefined);
  return [
    plainTable(examinations, columns, width),
    ...(advised.length === 0 ? [] : ['', 'What to do:']),
    ...advised.map((each) => `  ${subjectOf(each)}, ${each.check}: ${each.hint ?? ''}`),
    ...(advised.length === 0 ? ['', 'Ready.'] : []),
  ].join('\n');
}

function subjectOf({ area, database = area }: Examination): string {
  return database;
}

function failOnFaults(examinations: readonly Examination[]): void {
  const faults = examinations.filter(({ outcome }) => outcome === 'fault');
  if (faults.length === 0) return;
  const ofDatabase = faults.some(({ area }) => area === 'database');
  const count = faults.length === 1 ? '1 fault was' : `${faults.length} faults were`;
  throw new Failure(ofDatabase ? 'database-unreachable' : 'usage', `${count} found.`, {
    hint: 'Each is told above with what to do.',
  });
}
