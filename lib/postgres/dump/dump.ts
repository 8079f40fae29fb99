/** Dumps a database into the store, in the format that was asked for. */
import type { ArchiveFormat } from '../../contract/manifest';
import { dumpCustom } from './dump-custom';
import { dumpDirectory } from './dump-directory';
import { dumpPlain } from './dump-plain';
import type { Dumped, DumpRequest } from './dump-request';

const DUMP_BY_FORMAT: Record<ArchiveFormat, (request: DumpRequest) => Promise<Dumped>> = {
  directory: dumpDirectory,
  custom: dumpCustom,
  plain: dumpPlain,
};

/**
 * Resolves only after pg_dump exited with 0 and the store confirmed every byte.
 * @throws Failure `dump-failed` or `store-failed`; the signal's reason where it was stopped
 */
export function dump(request: DumpRequest): Promise<Dumped> {
  return DUMP_BY_FORMAT[request.options.format](request);
}
