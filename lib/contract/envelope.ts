/**
 * A signed document: the payload, readable, and a detached signature over its canonical JSON (RFC 8785).
 * ECDSA on P-256 with SHA-256, the algorithm of the KMS key spec ECC_NIST_P256; DER-encoded, base64.
 */
import { createHash, createPublicKey, verify, type KeyObject } from 'node:crypto';
import canonicalize from 'canonicalize';
import { z } from 'zod';

export const SIGNATURE_ALGORITHM = 'ECDSA_SHA_256';

export const envelopeSchema = z.strictObject({
  payload: z.looseObject({ type: z.string(), version: z.number() }),
  signature: z
    .strictObject({
      algorithm: z.literal(SIGNATURE_ALGORITHM),
      /** SHA-256 of the public key's DER (SubjectPublicKeyInfo), hex. */
      keySha256: z.string().regex(/^[0-9a-f]{64}$/),
      value: z.base64(),
    })
    .nullable(),
});
export type Envelope = z.infer<typeof envelopeSchema>;

/** The bytes that are signed. */
export function canonicalBytes(payload: unknown): Buffer {
  const text = canonicalize(payload);
  if (text === undefined) throw new TypeError('The payload has no JSON form.');
  return Buffer.from(text, 'utf8');
}

/** SHA-256 of a public key, hex: how a manifest names its signer. */
export function keySha256(publicKey: KeyObject): string {
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex');
}

export type SignatureVerdict = 'valid' | 'unsigned' | 'unknown-key' | 'invalid';

/** Checks a signature offline. @param trusted public keys, PEM */
export function verifySignature(envelope: Envelope, trusted: readonly string[]): SignatureVerdict {
  if (envelope.signature === null) return 'unsigned';
  const { keySha256: wanted, value } = envelope.signature;
  const key = trusted.map((pem) => createPublicKey(pem)).find((candidate) => keySha256(candidate) === wanted);
  if (key === undefined) return 'unknown-key';
  const valid = verify('sha256', canonicalBytes(envelope.payload), key, Buffer.from(value, 'base64'));
  return valid ? 'valid' : 'invalid';
}
