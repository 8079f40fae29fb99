/** The options of `restore`, and what they ask for. */
import { Option } from 'commander';
import { ENVIRONMENT } from '../contract/environment';
import { Failure } from '../contract/failure';
import { NO_HOOKS, restoreHooksSchema, type RestoreHooks } from '../contract/restore-hooks';
import { OVERRIDES } from '../operations/place-refusals';
import {
  COMPARE_LEVELS,
  type CompareLevel,
  type PlaceRequest,
  type RestoreRequest,
} from '../operations/restore-request';
import { besideName } from '../postgres/take-place/names';
import { allowed, allowOption } from './allow-option';
import { scratchOption } from './check';
import { checksIn, checksOption } from './checks-option';
import type { CommandIo } from './command-io';
import { evidenceTrustOptions, type EvidenceTrustOptions } from './evidence-trust';
import { readJsonOption } from './json-option';
import * as shared from './options';
import { atOption, choiceOf, type AtOptions } from './point-choice';
import { thawOf, thawOptions, type ThawChoice } from './thaw-options';

export interface PlaceOptions {
  readonly replace?: string;
  readonly swap?: string;
  readonly confirm?: string;
  readonly keepOldDays: number;
  readonly maxAgeHours: number;
  readonly allow: readonly string[];
}

export interface RestoreOptions
  extends shared.TrustOptions, EvidenceTrustOptions, AtOptions, ThawChoice, PlaceOptions {
  readonly database?: string;
  readonly to?: string;
  readonly targetDatabase?: string;
  readonly jobs: number;
  readonly owners?: boolean;
  readonly globals?: boolean;
  readonly compare: CompareLevel;
  readonly checks?: string;
  readonly hooks?: string;
  readonly keepFailed?: boolean;
  readonly reason: string;
  readonly requestedBy: string;
  readonly scratch: string;
  readonly postgresBin?: string;
  readonly json?: boolean;
}

export function restoreOptions(): Option[] {
  return [
    ...shared.grouped('Which recovery point:', fromOptions()),
    ...shared.grouped('Where to:', toOptions()),
    ...shared.grouped('In place of a database that is there:', placeOptions()),
    ...shared.grouped('How:', howOptions()),
    ...shared.grouped('Around it:', aroundOptions()),
  ];
}

function fromOptions(): Option[] {
  return [
    atOption(),
    shared.databaseOption(),
    shared.storeOption(),
    shared.publicKeyOption(),
    shared.signerOption(),
    ...evidenceTrustOptions(),
    ...thawOptions(),
  ];
}

function toOptions(): Option[] {
  return [
    new Option('--to <url>', 'the server: postgres://user@host; password by PGPASSWORD or PGPASSFILE').env(
      ENVIRONMENT.to,
    ),
    new Option('--target-database <name>', 'the database to make').env(ENVIRONMENT.targetDatabase),
  ];
}

function placeOptions(): Option[] {
  return [
    new Option('--swap <name>', 'restore beside this database, compare, then take its place by renaming'),
    new Option('--replace <name>', 'close this database first, restore, then take its place').conflicts(
      'swap',
    ),
    new Option('--confirm <name>', 'the name of --swap or --replace once more, where nobody can be asked'),
    new Option('--keep-old-days <days>', 'how long the old database is to be kept')
      .argParser(shared.positive)
      .default(7),
    new Option('--max-age-hours <hours>', 'an older point takes no place')
      .argParser(shared.positive)
      .default(48),
    allowOption(),
  ];
}

function howOptions(): Option[] {
  return [
    shared.restoreJobsOption(),
    new Option('--owners', 'bring owners and privileges back; the roles must exist'),
    new Option('--no-owners', 'everything belongs to the user, also where it takes a place'),
    new Option('--globals', 'make the roles that the server lacks, as they were, without passwords'),
    new Option('--compare <level>', 'how rows are compared: each one, or their number')
      .choices(COMPARE_LEVELS)
      .default('content'),
    checksOption(),
    new Option('--keep-failed', 'leave the database of a restore that failed'),
  ];
}

function aroundOptions(): Option[] {
  return [
    new Option('--hooks <hooks>', 'commands before and after, URLs to wait for: JSON, or a file of it').env(
      ENVIRONMENT.restoreHooks,
    ),
    shared.reasonOption('why it is restored'),
    shared.requestedByOption(),
    scratchOption(),
    shared.postgresBinOption(),
    shared.jsonOption(),
  ];
}

/** @throws Failure `usage` */
export async function restoreRequestOf(
  id: string | undefined,
  options: RestoreOptions,
  io: CommandIo,
): Promise<RestoreRequest> {
  const { to, database, postgresBin, jobs, compare, reason, requestedBy } = options;
  const place = placeOf(options);
  return {
    ...choiceOf(id, options),
    ...thawOf(options),
    ...{ jobs, compare, reason, requestedBy },
    allow: allowed(options.allow, OVERRIDES, 'a recovery point'),
    maintenance: shared.maintenanceTarget(to, io.environment),
    targetDatabase: targetOf(options, place, io),
    owners: options.owners ?? (place === undefined ? false : 'if-possible'),
    globals: options.globals === true,
    checks: await checksIn(options.checks),
    hooks: await hooksIn(options.hooks),
    keepFailed: options.keepFailed === true,
    scratchRoot: options.scratch,
    ...(place === undefined ? {} : { place }),
    ...(database === undefined ? {} : { database }),
    ...(postgresBin === undefined ? {} : { postgresBin }),
  };
}

/** undefined where what is restored stays beside everything else. @throws Failure `usage` */
export function placeOf({
  swap,
  replace,
  keepOldDays: keepDays,
  maxAgeHours,
  confirm,
}: PlaceOptions): PlaceRequest | undefined {
  const name = swap ?? replace;
  if (name !== undefined) {
    const mode: PlaceRequest['mode'] = swap === undefined ? 'replace' : 'swap';
    return { mode, name, keepDays, maxAgeHours };
  }
  if (confirm === undefined) return undefined;
  throw new Failure('usage', '--confirm has nothing to confirm.', {
    hint: 'It belongs to --swap or --replace; a new database needs no confirmation.',
  });
}

function targetOf(
  { targetDatabase }: RestoreOptions,
  place: PlaceRequest | undefined,
  { clock }: CommandIo,
): string {
  if (targetDatabase !== undefined || place === undefined)
    return shared.demanded(targetDatabase, '--target-database', 'Name a database that does not exist yet.');
  return besideName(place.name, clock.now());
}

async function hooksIn(given: string | undefined): Promise<RestoreHooks> {
  if (given === undefined) return NO_HOOKS;
  return readJsonOption(
    {
      name: '--hooks',
      schema: restoreHooksSchema,
      opening: '{',
      what: 'hooks',
      hint: 'Write { "before": [{ "name": …, "command": [program, …] }], "after": [{ "name": …, "url": … }] }; docs/restore.md says more.',
    },
    given,
  );
}
