/** Which options an archive has no use for: refused, where they are given by hand, and never silently left out. */
import type { Command } from 'commander';
import { Failure } from '../contract/failure';

/** Many have a variable of the environment that serves other commands: so commander's own conflicts are no help. */
const UNUSED = [
  ...['checks', 'hooks', 'compare', 'confirm', 'keepOldDays', 'maxAgeHours', 'script', 'thawDays'],
  ...['publicKey', 'signer', 'evidenceKey', 'evidenceSigner'],
  ...['installation', 'stack', 'targetMajor', 'subnets', 'securityGroups', 'detach'],
];

/** @throws Failure `usage` */
export function demandArchiveUsage(id: string | undefined, command: Command): void {
  const { archive, sha256, store, database } = command.opts<Record<string, string | undefined>>();
  if (archive === undefined) {
    if (sha256 === undefined) return;
    throw new Failure('usage', '--sha256 is given without --archive.', {
      hint: 'A recovery point has its checksums in its manifest.',
    });
  }
  if (id !== undefined) {
    throw new Failure('usage', `Both a recovery point (${id}) and an archive (${archive}) are named.`, {
      hint: 'Leave one of them out.',
    });
  }
  const byHand = (name: string) => command.getOptionValueSource(name) === 'cli';
  const unused = command.options.find(
    (each) => UNUSED.includes(each.attributeName()) && byHand(each.attributeName()),
  );
  if (unused !== undefined) {
    throw new Failure('usage', `${unused.long ?? unused.name()} means nothing for an archive.`, {
      hint: 'It belongs to recovery points. Leave it out.',
    });
  }
  if (byHand('database') && store === undefined) unaudited('--database', '--store');
  if (byHand('store') && database === undefined) unaudited('--store', '--database');
}

/** @throws Failure `usage` */
function unaudited(given: string, missing: string): never {
  throw new Failure('usage', `${given} is given without ${missing}.`, {
    hint: 'Of an archive both say where its restore is told to the audit, and under which name.',
  });
}
