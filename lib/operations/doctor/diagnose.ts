/** Looks at everything that a deployment and its backups need, before anything is deployed. Changes nothing. */
import type { Failure } from '../../contract/failure';
import { examineAccount, type Destination } from './account';
import { examineDatabase, type ExaminedDatabase } from './database';
import { examinationsOfDatabase, type Examination } from './examination';
import { examineMachine, type Images, type Machine } from './machine';

export interface DoctorRequest {
  readonly images: Images;
  readonly destination: Destination;
  readonly databases: readonly (ExaminedDatabase | UnreachableDatabase)[];
}

/** One that this machine lacks something to reach, or whose backups run elsewhere. */
export interface UnreachableDatabase {
  readonly name: string;
  readonly unreachable: Failure | 'elsewhere';
}

export interface Diagnosis {
  readonly examinations: readonly Examination[];
  /** By name; those that were reached. */
  readonly databaseBytes: ReadonlyMap<string, number>;
}

export async function diagnose(request: DoctorRequest, machine: Machine): Promise<Diagnosis> {
  const examinations = [
    ...(await examineMachine(machine, request.images)),
    ...(await examineAccount(request.destination)),
  ];
  const databaseBytes = new Map<string, number>();
  for (const database of request.databases) {
    if ('unreachable' in database) {
      examinations.push(withoutConnection(database));
      continue;
    }
    const diagnosis = await examineDatabase(database);
    examinations.push(...diagnosis.examinations);
    if (diagnosis.databaseBytes !== undefined) databaseBytes.set(database.name, diagnosis.databaseBytes);
  }
  return { examinations, databaseBytes };
}

function withoutConnection({ name, unreachable }: UnreachableDatabase): Examination {
  const { ok, fault } = examinationsOfDatabase(name);
  return unreachable === 'elsewhere'
    ? ok('connection', 'elsewhere: another machine backs it up, and is not looked at')
    : fault('connection', unreachable.message, unreachable.hint ?? '');
}
