/** `backstop drill`: proves a recovery point by restoring it, and leaves nothing but signed evidence. */
import { randomBytes } from 'node:crypto';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { ENVIRONMENT } from '../contract/environment';
import { drill } from '../operations/drill';
import type { DrillRequest, DrillResult } from '../operations/drill-request';
import type { DrillServers } from '../postgres/drill-server';
import { givenServer } from '../postgres/given-server';
import { throwAwayServers } from '../postgres/throw-away-server';
import { callerOf } from '../runtime/caller';
import { checksIn, checksOption } from './checks-option';
import { scratchOption } from './check';
import { printResult, type CommandIo } from './command-io';
import { drillText } from './drill-text';
import { exitCodesHelp } from './exit-codes';
import * as shared from './options';
import { atOption, choiceOf } from './point-choice';

interface DrillOptions
  extends shared.TrustOptions, Omit<DrillRequest, 'point' | 'checks' | 'imageDigest' | 'scratchRoot'> {
  readonly evidenceSigner?: string;
  readonly to?: string;
  readonly checks?: string;
  readonly scratch: string;
  readonly json?: boolean;
}

const MORE = `
Restores into a PostgreSQL server that is made for the drill and gone
afterwards, or with --to into a new database of a server that is there. Exit
code 0 means: restored, equal to what was backed up, every check passed,
evidence stored.

Examples:
  backstop drill --store file:backups --database shop
  backstop drill --store s3://shop-backups --database shop --public-key manifests.pub.pem --evidence-signer kms:alias/backstop/evidence-signing
  backstop drill newest --store file:backups --checks '[{ "name": "customers", "sql": "select count(*) from customer", "atLeast": 1000 }]'`;

export function registerDrill(program: Command, io: CommandIo): void {
  const command = program
    .command('drill')
    .description('prove a recovery point: restore it, compare it, check it, sign what came of it')
    .argument('[id]', 'its id, the beginning of it, or newest', 'newest');
  for (const option of [...whatOptions(), ...demandOptions(), ...howOptions()]) command.addOption(option);
  command
    .addHelpText('after', `${MORE}\n${exitCodesHelp()}`)
    .action((point: string, options: DrillOptions) => runDrill(point, options, io));
}

function whatOptions(): Option[] {
  return [
    atOption(),
    shared.databaseOption(),
    shared.storeOption(),
    shared.publicKeyOption(),
    shared.signerOption(),
    new Option('--evidence-signer <signer>', 'who signs the evidence: kms:KEY, file:PATH or none').env(
      ENVIRONMENT.evidenceSigner,
    ),
    new Option('--to <url>', 'a server to restore into: postgres://user@host; default: a throw-away one').env(
      ENVIRONMENT.to,
    ),
    shared.reasonOption('why this drill is held'),
    shared.requestedByOption(),
  ];
}

function demandOptions(): Option[] {
  return [
    checksOption(),
    new Option('--also-fails-on <classes>', 'recomputed, environment: differences that are else reported')
      .env(ENVIRONMENT.drillAlsoFailsOn)
      .argParser(parseClasses)
      .default([], 'none'),
    new Option('--max-age-hours <hours>', 'refuse a point whose snapshot is older')
      .env(ENVIRONMENT.drillMaxAgeHours)
      .argParser(parseHours),
    new Option('--minimum-rows <count>', 'fewer rows in all prove nothing')
      .env(ENVIRONMENT.drillMinimumRows)
      .argParser(parseCount)
      .default(1),
  ];
}

function howOptions(): Option[] {
  return [shared.restoreJobsOption(), scratchOption(), shared.postgresBinOption(), shared.jsonOption()];
}

async function runDrill(point: string, options: DrillOptions, io: CommandIo): Promise<void> {
  const json = options.json === true;
  const request = await requestOf(point, options, io);
  const servers = serversOf(options, io);
  const trust = await shared.trustOf(options);
  const evidenceSigner = await shared.evidenceSignerOf(options);
  const store = shared.openStoreOf(options);
  const archive = shared.openArchiveOf(options);
  const reporter = io.reporter(json);
  shared.warnOfPassword(reporter, '--to', options.to);
  const onEvidence = (result: DrillResult) => {
    reporter.close();
    const { evidenceKey, evidence } = result;
    printResult(io, json, { evidenceKey, ...evidence }, () => drillText(result));
  };
  try {
    const { clock, signal } = io;
    const known = { trust, evidenceSigner, caller: await callerOf(store.url, io.environment) };
    const tools = { store, archive, ...known, servers, clock, reporter, randomBytes, onEvidence, signal };
    await drill(request, tools);
  } finally {
    reporter.close();
    archive?.close();
    await store.close();
  }
}

async function requestOf(point: string, options: DrillOptions, io: CommandIo): Promise<DrillRequest> {
  const { jobs, alsoFailsOn, minimumRows, reason, requestedBy, scratch } = options;
  const { database, maxAgeHours, postgresBin } = options;
  return {
    ...choiceOf(point, options),
    ...{ jobs, alsoFailsOn, minimumRows, reason, requestedBy, scratchRoot: scratch },
    checks: await checksIn(options.checks),
    imageDigest: io.environment[ENVIRONMENT.imageDigest] ?? null,
    ...(database === undefined ? {} : { database }),
    ...(maxAgeHours === undefined ? {} : { maxAgeHours }),
    ...(postgresBin === undefined ? {} : { postgresBin }),
  };
}

function serversOf({ to }: DrillOptions, { environment }: CommandIo): DrillServers {
  return to === undefined || to === ''
    ? throwAwayServers
    : givenServer(shared.maintenanceTarget(to, environment));
}

const REPORTED_CLASSES = ['recomputed', 'environment'] as const;

function parseClasses(text: string): DrillRequest['alsoFailsOn'] {
  const names = text.split(',').filter((name) => name !== '');
  return names.map((name) => {
    const found = REPORTED_CLASSES.find((candidate) => candidate === name);
    if (found !== undefined) return found;
    throw new InvalidArgumentError(`Classes are ${REPORTED_CLASSES.join(' and ')}, separated by a comma.`);
  });
}

function parseHours(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('It must be a number of hours above 0.');
}

function parseCount(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError('It must be a whole number, 0 or more.');
}
