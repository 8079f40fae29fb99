/** Reads every byte of a recovery point: SHA-256 against the manifest, and the archive to its end. Needs no server. */
import pLimit from 'p-limit';
import { Failure } from '../contract/failure';
import type { Manifest, StoredFile } from '../contract/manifest';
import { fetchedDump, readToEnd } from '../postgres/fetched-dump';
import { toolchainFor, type Toolchain } from '../postgres/toolchain';
import { withScratchDirectory } from '../runtime/scratch-directory';
import type { Store } from '../runtime/store';
import { fetchObject, type FetchOptions } from './fetch-point';
import { fault, note, type Finding } from './finding';
import { demandFreeSpace } from './free-space';

export interface ContentCheck extends FetchOptions {
  /** Where a folder for the point's objects is made: an archive in directory format can only be read from disk. */
  readonly scratchRoot: string;
  /** Keys that are not read: it is known already that they are faulty. */
  readonly knownFaulty: ReadonlySet<string>;
  /** @default - the usual folders of the dump's major */
  readonly postgresBin?: string;
}

const OBJECTS_AT_A_TIME = 4;

export async function checkContent(
  store: Store,
  manifest: Manifest,
  options: ContentCheck,
): Promise<Finding[]> {
  return withScratchDirectory(options.scratchRoot, async (directory) => {
    await demandFreeSpace(directory, manifest.storedBytes);
    const limit = pLimit(OBJECTS_AT_A_TIME);
    const files = manifest.files.filter(({ key }) => !options.knownFaulty.has(key));
    const found = await limit.map(files, (file) => checkBytes(store, manifest, file, directory, options));
    const findings = found.flat();
    // An archive with a faulty file is faulty: reading it would say so once more, in other words.
    return findings.length + options.knownFaulty.size > 0
      ? findings
      : checkArchive(manifest, directory, options);
  });
}

async function checkBytes(
  store: Store,
  manifest: Manifest,
  file: StoredFile,
  directory: string,
  options: ContentCheck,
): Promise<Finding[]> {
  return faultsOf('checksum', file.key, () => fetchObject(store, manifest, file, directory, options));
}

async function checkArchive(
  manifest: Manifest,
  directory: string,
  { postgresBin, signal }: ContentCheck,
): Promise<Finding[]> {
  const dump = fetchedDump(manifest, directory);
  const subject = `${manifest.database} ${manifest.id}`;
  const toolchain = dump.format === 'plain' ? undefined : await toolchainIfThere(manifest, postgresBin);
  if (toolchain instanceof Failure)
    return [note('archive', subject, `was not read to its end: ${toolchain.message}`)];
  return faultsOf('archive', subject, () => readToEnd(dump, toolchain, signal));
}

async function toolchainIfThere(
  { server }: Manifest,
  postgresBin: string | undefined,
): Promise<Toolchain | Failure> {
  try {
    return await toolchainFor(server.major, postgresBin);
  } catch (error) {
    if (error instanceof Failure && error.kind === 'no-client') return error;
    throw error;
  }
}

/** What is faulty becomes a finding; what could not be looked at stays an error. */
async function faultsOf(
  kind: Finding['kind'],
  subject: string,
  look: () => Promise<void>,
): Promise<Finding[]> {
  try {
    await look();
    return [];
  } catch (error) {
    if (error instanceof Failure && error.kind === 'stored-data-faulty')
      return [fault(kind, subject, error.message)];
    throw error;
  }
}
