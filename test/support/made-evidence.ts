/** Evidence as a drill leaves it, made without a server: for tests of what follows from it. */
import { createHash } from 'node:crypto';
import { DRILL_PHASES, evidenceKey, evidenceSchema, type Evidence } from '../../lib/contract/evidence';
import type { Manifest } from '../../lib/contract/manifest';
import { recoveryPointId } from '../../lib/contract/recovery-point-id';
import { encodeEnvelope, sign } from '../../lib/runtime/signed-document';
import type { Signer } from '../../lib/runtime/signer';
import type { Store } from '../../lib/runtime/store';

/** @param manifestBytes of the whole manifest object @param changes of the evidence */
export function evidenceOf(
  manifest: Manifest,
  manifestBytes: Uint8Array,
  startedAt: Date,
  changes: Partial<Evidence> = {},
): Evidence {
  const at = startedAt.toISOString();
  const { database, id: point, snapshotAt, storedBytes, databaseBytes } = manifest;
  return evidenceSchema.parse({
    ...{ type: 'drill-evidence', version: 1, id: recoveryPointId(startedAt, Buffer.from([1, 2])) },
    ...{ database, point, snapshotAt, storedBytes, databaseBytes, startedAt: at, finishedAt: at },
    manifestSha256: createHash('sha256').update(manifestBytes).digest('hex'),
    ...{ requestedBy: 'tester', reason: 'test', outcome: 'proven', exitCode: 0, failure: null },
    ...{ target: 'throw-away', serverVersion: '17.1', restoreSeconds: 60 },
    phaseSeconds: Object.fromEntries(DRILL_PHASES.map((phase) => [phase, 0])),
    compared: { tables: 1, rows: 1, catalogEntries: 1, sequences: 0, content: 'copy' },
    ...{ differenceCount: 0, differences: [], checks: [], warnings: [], imageDigest: null },
    toolVersion: '0.1.0',
    ...changes,
  });
}

/** @returns the evidence's key */
export async function putEvidence(store: Store, signer: Signer, evidence: Evidence): Promise<string> {
  const key = evidenceKey(evidence);
  await store.put(key, encodeEnvelope(await sign(evidence, signer)));
  return key;
}
