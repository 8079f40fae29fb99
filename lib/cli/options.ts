/** Options that several verbs share, and what they mean. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import { ENVIRONMENT } from '../contract/environment';
import { Failure } from '../contract/failure';
import { connectionTarget, type ConnectionTarget } from '../postgres/connection';
import { osUser } from '../runtime/caller';
import { openSigner, openTrust } from '../runtime/open-signer';
import type { Archive } from '../runtime/archive';
import { openArchive, openStore, openVersions } from '../runtime/open-store';
import type { Reporter } from '../runtime/reporter';
import type { Signer } from '../runtime/signer';
import type { Store } from '../runtime/store';
import type { Versions } from '../runtime/versions';
import type { Trust } from '../operations/read-manifest';
import type { CommandIo } from './command-io';

export const storeOption = () =>
  new Option('--store <url>', 'where the recovery points lie: s3://BUCKET or file:PATH').env(
    ENVIRONMENT.store,
  );

export const signerOption = () =>
  new Option(
    '--signer <signer>',
    'who signs manifests: kms:KEY, file:PATH (a private key), public:PATH or none',
  ).env(ENVIRONMENT.signer);

export const publicKeyOption = () =>
  new Option('--public-key <files...>', 'trust manifests signed by these keys (PEM)')
    .env(ENVIRONMENT.publicKeys)
    .argParser(commaSeparated);

export const databaseOption = (text = "the database's name in the store") =>
  new Option('--database <name>', text).env(ENVIRONMENT.database);

export const postgresBinOption = () =>
  new Option('--postgres-bin <dir>', "folder of PostgreSQL's client programs").env(ENVIRONMENT.postgresBin);

export const reasonOption = (text: string) =>
  new Option('--reason <text>', text).env(ENVIRONMENT.reason).default('manual');

export const requestedByOption = () =>
  new Option('--requested-by <who>', 'who asked for it')
    .env(ENVIRONMENT.requestedBy)
    .default(osUser(), 'you');

export const restoreJobsOption = () =>
  new Option('--jobs <count>', 'parallel connections of pg_restore')
    .env(ENVIRONMENT.jobs)
    .argParser(positive)
    .default(2);

export const jsonOption = () => new Option('--json', 'print JSON');

export interface StoreOptions {
  readonly store?: string;
}

export interface SignerOptions {
  readonly signer?: string;
}

export interface TrustOptions extends StoreOptions, SignerOptions {
  readonly publicKey?: readonly string[];
}

/** @throws Failure `usage` where no store is named, or it is none */
export function openStoreOf(options: StoreOptions): Store {
  return openStore(storeUrl(options));
}

/** What of the store is archived. @throws Failure `usage`, as openStoreOf */
export function openArchiveOf(options: StoreOptions): Archive | undefined {
  return openArchive(storeUrl(options));
}

/** What lies below what the store shows: for restores alone. @throws Failure `usage`, as openStoreOf */
export function openVersionsOf(options: StoreOptions): Versions | undefined {
  return openVersions(storeUrl(options));
}

/**
 * Who signs a backup.
 * @throws Failure `usage` where nobody is named and the default key does not exist: a key is never made by the way
 */
export async function signerOf(options: StoreOptions & SignerOptions, home = homedir()): Promise<Signer> {
  const spec = options.signer ?? defaultSigner(options, home);
  if (spec !== undefined) return openSigner(spec);
  throw new Failure('usage', 'Nobody is named to sign the manifest.', {
    hint: mayUseDefaultKey(options)
      ? `Make a key once with "backstop keys create" (${defaultKeyFile(home)}), or give --signer file:PATH; with --signer none an edited backup cannot be told from a true one.`
      : `Give --signer kms:KEY (or set ${ENVIRONMENT.signer}): the stack's output names the key.`,
  });
}

/**
 * Who signs the evidence of a drill.
 * @throws Failure `usage`, as signerOf: the key of manifests is never taken for it, except in a directory store
 */
export async function evidenceSignerOf(
  options: StoreOptions & { readonly evidenceSigner?: string },
  home = homedir(),
): Promise<Signer> {
  const spec = options.evidenceSigner ?? defaultSigner(options, home);
  if (spec !== undefined) return openSigner(spec);
  throw new Failure('usage', 'Nobody is named to sign the evidence.', {
    hint: mayUseDefaultKey(options)
      ? `Make a key once with "backstop keys create" (${defaultKeyFile(home)}), or give --evidence-signer file:PATH.`
      : `Give --evidence-signer kms:KEY (or set ${ENVIRONMENT.evidenceSigner}): a key that signs nothing but evidence.`,
  });
}

function defaultSigner(options: StoreOptions, home: string): string | undefined {
  const file = defaultKeyFile(home);
  return mayUseDefaultKey(options) && existsSync(file) ? `file:${file}` : undefined;
}

/**
 * Whose manifests are believed: the named public keys and the named signer; for a directory store without either,
 * the default key.
 * @throws Failure `usage` where nobody is
 */
export async function trustOf(options: TrustOptions, home = homedir()): Promise<Trust> {
  const { publicKey: files = [] } = options;
  const byDefault = files.length === 0 ? defaultSigner(options, home) : undefined;
  const spec = options.signer ?? byDefault ?? 'none';
  const keys = await openTrust(await openSigner(spec), files);
  const allowUnsigned = options.signer === 'none';
  if (keys.length > 0 || allowUnsigned) return { keys, allowUnsigned };
  throw new Failure('usage', 'It is not said whose signature to believe.', {
    hint: `Give --public-key FILE (the PEM file of the signer), or --signer kms:KEY; ${ENVIRONMENT.publicKeys} and ${ENVIRONMENT.signer} do the same.`,
  });
}

/** The key that signs for directory stores where none is named. */
export function defaultKeyFile(home = homedir()): string {
  return path.join(home, '.config', 'backstop', 'signing-key.pem');
}

/** @throws Failure `usage`: what is no store is told before anything about keys */
function mayUseDefaultKey(options: StoreOptions): boolean {
  return openStoreOf(options).url.startsWith('file:');
}

function storeUrl({ store }: StoreOptions): string {
  if (store !== undefined && store !== '') return store;
  throw new Failure('usage', 'No store is named.', {
    hint: `Give --store s3://BUCKET or --store file:PATH, or set ${ENVIRONMENT.store}.`,
  });
}

/** Arguments can be read by every user of the machine. */
export function warnOfPassword(reporter: Reporter, option: string, url: string | undefined): void {
  if (url !== undefined && /^[^/]*\/\/[^/@]*:[^/@]+@/.test(url)) {
    reporter.warn(
      `The password in ${option} can be read by every user of this machine: use PGPASSWORD or PGPASSFILE.`,
    );
  }
}

/** A database that surely exists, unless the URL names one. */
export function maintenanceTarget(to: string | undefined, environment: NodeJS.ProcessEnv): ConnectionTarget {
  const url = demanded(to, '--to', 'Write postgres://user@host.');
  return connectionTarget(url, { ...environment, PGDATABASE: 'postgres' });
}

export function demanded(value: string | undefined, option: string, hint: string): string {
  if (value !== undefined && value !== '') return value;
  throw new Failure('usage', `${option} is not given.`, { hint });
}

/** For lists: separated by commas, and the option may be given again. */
export function commaSeparated(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), ...value.split(',').filter((each) => each !== '')];
}

/** So that a long `--help` tells which options belong together. @param heading ends in a colon */
export function grouped(heading: string, options: readonly Option[]): Option[] {
  return options.map((option) => option.helpGroup(heading));
}

/** For counts and seconds. */
export function positive(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('It must be a whole number above 0.');
}

/** What the person at the terminal answers; undefined where there is none. */
export async function asked(question: string, io: CommandIo): Promise<string | undefined> {
  const prompt = io.prompt();
  try {
    return await prompt?.ask(question);
  } finally {
    prompt?.close();
  }
}
