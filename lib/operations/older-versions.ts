/**
 * What a key held before somebody wrote over it. A restore takes it where it is exactly what was signed, and says so; a check
 * and a drill do not look, because a point that was written over must not pass for whole.
 */
import { Failure } from '../contract/failure';
import type { StoredVersion, Versions } from '../runtime/versions';

export interface OlderVersions {
  readonly versions: Versions;
  /** Told which version was used, and that the newest was not it. */
  readonly warn: (text: string) => void;
}

/** How one key is read. Each throws a Failure where what it reads is not what was signed. */
export interface Reading<T> {
  readonly key: string;
  readonly newest: () => Promise<T>;
  readonly older: (version: StoredVersion, versions: Versions) => Promise<T>;
  /** Whether reading it can be of any use. */
  readonly fits: (version: StoredVersion) => boolean;
}

const FAULTS_TOLD = 3;

/**
 * The newest version, or the first below it that is what was signed. The oldest is tried first: nobody can put anything under
 * an original, but anything on top of it.
 * @param older @default - only the newest counts
 * @throws Failure of the newest version, where no other one is better
 */
export async function newestOrOlder<T>(
  reading: Reading<T>,
  older: OlderVersions | undefined,
  signal?: AbortSignal,
): Promise<T> {
  try {
    return await reading.newest();
  } catch (error) {
    if (older === undefined || signal?.aborted === true || !isOfTheStore(error)) throw error;
    return fromBelow(reading, older, error);
  }
}

async function fromBelow<T>(
  { key, older, fits }: Reading<T>,
  { versions, warn }: OlderVersions,
  fault: Failure,
): Promise<T> {
  const all = await versions.all(key).catch(() => []);
  const faults: string[] = [];
  for (const version of all.slice(1).filter(fits).toReversed()) {
    try {
      const taken = await older(version, versions);
      warn(
        `${key} was written over: ${fault.message} Its older ${named(version)} is what was signed, and was used.`,
      );
      return taken;
    } catch (error) {
      if (!isOfTheStore(error)) throw error;
      faults.push(`Its older ${named(version)} is no better: ${error.message}`);
    }
  }
  throw faults.length === 0 ? fault : withFaults(fault, faults);
}

/** Bytes that are not what was signed, or that the store does not hand out: below them may lie better ones. */
function isOfTheStore(error: unknown): error is Failure {
  return error instanceof Failure && ['stored-data-faulty', 'store-failed'].includes(error.kind);
}

function withFaults(fault: Failure, faults: readonly string[]): Failure {
  const more = faults.length - FAULTS_TOLD;
  const told = [...faults.slice(0, FAULTS_TOLD), ...(more > 0 ? [`Nor are ${more} others.`] : [])];
  return new Failure(fault.kind, [fault.message, ...told].join('\n  '), { hint: fault.hint, cause: fault });
}

function named({ versionId, modifiedAt }: StoredVersion): string {
  return `version ${versionId} of ${modifiedAt.toISOString()}`;
}
