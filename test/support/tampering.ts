/** Does to stored points what nobody should: for tests of what is noticed. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Envelope } from '../../lib/contract/envelope';
import type { Manifest } from '../../lib/contract/manifest';
import { encodeEnvelope, sign } from '../../lib/runtime/signed-document';
import type { Signer } from '../../lib/runtime/signer';
import type { Store } from '../../lib/runtime/store';

export function fileOf(store: Store, key: string): string {
  return path.join(store.url.replace(/^file:/, ''), key);
}

export function flipByte(store: Store, key: string): void {
  const file = fileOf(store, key);
  const bytes = readFileSync(file);
  const middle = Math.floor(bytes.length / 2);
  bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle);
  writeFileSync(file, bytes);
}

export function cutShort(store: Store, key: string): void {
  const file = fileOf(store, key);
  writeFileSync(file, readFileSync(file).subarray(0, -1));
}

export function remove(store: Store, key: string): void {
  rmSync(fileOf(store, key));
}

/** The payload with changes, and the signature as it was. */
export function edited(manifest: Buffer, changes: object): Buffer {
  const envelope = JSON.parse(manifest.toString('utf8')) as Envelope;
  return encodeEnvelope({ ...envelope, payload: { ...envelope.payload, ...changes } });
}

export function editManifest(store: Store, key: string, changes: object): void {
  const file = fileOf(store, key);
  writeFileSync(file, edited(readFileSync(file), changes));
}

/** A manifest with changes, signed by whom you like. */
export async function signedBy(signer: Signer, manifest: Manifest, changes: object = {}): Promise<Buffer> {
  return encodeEnvelope(await sign({ ...manifest, ...changes }, signer));
}

/** Puts it in the place of the true one. */
export async function signAgain(
  store: Store,
  key: string,
  manifest: Manifest,
  changes: object,
  signer: Signer,
): Promise<void> {
  writeFileSync(fileOf(store, key), await signedBy(signer, manifest, changes));
}
