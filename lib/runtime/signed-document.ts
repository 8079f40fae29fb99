/** Writing and reading of signed documents: manifests, evidence, audit records. */
import { z } from 'zod';
import { canonicalBytes, envelopeSchema, SIGNATURE_ALGORITHM, verifySignature } from '../contract/envelope';
import type { Envelope, SignatureVerdict } from '../contract/envelope';
import { Failure, messageOf } from '../contract/failure';
import { trustedKeyIds } from './pem-files';
import type { Signer } from './signer';

/** Of a document: the largest manifests name some ten thousand tables, and what is read is held in memory. */
export const MAX_DOCUMENT_BYTES = 256 * 1024 * 1024;

/**
 * Signs a payload, and verifies what came back: a backup with a signature that nobody accepts would be lost.
 * @throws Failure `unexpected` where the signer's own key does not accept the signature
 */
export async function sign(payload: Envelope['payload'], signer: Signer): Promise<Envelope> {
  const signature = await signer.sign(canonicalBytes(payload));
  if (signature === null) return { payload, signature };
  const value = Buffer.from(signature.signature).toString('base64');
  const { keySha256 } = signature;
  const envelope = { payload, signature: { algorithm: SIGNATURE_ALGORITHM, keySha256, value } } as const;
  const verdict = verifySignature(envelope, await signer.trustedPublicKeys());
  if (verdict !== 'valid')
    throw new Failure(
      'unexpected',
      `${signer.name} gave a signature which its own public key finds ${verdict}.`,
    );
  return envelope;
}

/** The document's bytes as they are stored: one line of readable JSON for each field. */
export function encodeEnvelope(envelope: Envelope): Buffer {
  return Buffer.from(`${JSON.stringify(envelope, null, 2)}\n`, 'utf8');
}

export interface OpenOptions {
  /** What is read, for messages: the object's key. */
  readonly name: string;
  /** Accept a document without a signature. @default false */
  readonly allowUnsigned?: boolean;
}

/**
 * Reads a signed document.
 * @param trusted public keys (PEM) whose signatures are accepted
 * @returns the payload, of which only its type and version are known to be there
 * @throws Failure `stored-data-faulty` for all that is not a document with a good signature
 */
export function openEnvelope(
  bytes: Uint8Array,
  trusted: readonly string[],
  { name, allowUnsigned = false }: OpenOptions,
): Envelope['payload'] {
  const envelope = parse(bytes, name);
  const verdict = verdictOn(envelope, trusted, name);
  if (verdict === 'valid' || (verdict === 'unsigned' && allowUnsigned)) return envelope.payload;
  throw refusal(verdict, envelope, trusted, name);
}

function verdictOn(envelope: Envelope, trusted: readonly string[], name: string): SignatureVerdict {
  try {
    return verifySignature(envelope, trusted);
  } catch (error) {
    throw faulty(`${name} has no canonical form, so nobody signed it: ${messageOf(error)}`);
  }
}

function parse(bytes: Uint8Array, name: string): Envelope {
  if (bytes.byteLength > MAX_DOCUMENT_BYTES)
    throw faulty(`${name} has ${bytes.byteLength} bytes; a document has at most ${MAX_DOCUMENT_BYTES}.`);
  let document: unknown;
  try {
    document = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw faulty(`${name} is not JSON: ${messageOf(error)}`);
  }
  const result = envelopeSchema.safeParse(document);
  if (result.success) return result.data;
  throw faulty(`${name} is not a signed document: ${z.prettifyError(result.error)}`);
}

function refusal(
  verdict: Exclude<SignatureVerdict, 'valid'>,
  envelope: Envelope,
  trusted: readonly string[],
  name: string,
): Failure {
  switch (verdict) {
    case 'invalid':
      return faulty(
        `${name} was changed after it was signed: its signature does not match.`,
        'Treat the store as tampered with: compare with the replica, and read the audit records.',
      );
    case 'unknown-key':
      return faulty(
        `${name} is signed by the key ${envelope.signature?.keySha256 ?? ''}; trusted are ${trustedKeyIds(trusted)}.`,
        'Trust the public key (PEM) of that signer if you know it: keys are named by the SHA-256 of their DER form.',
      );
    case 'unsigned':
      return faulty(
        `${name} carries no signature; nobody can tell who wrote it.`,
        'Accept it only where backups are made with the signer "none".',
      );
  }
}

function faulty(message: string, hint?: string): Failure {
  return new Failure('stored-data-faulty', message, hint === undefined ? {} : { hint });
}
