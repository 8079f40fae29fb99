/** What S3's answers say about the bytes that it took. Checksums travel as base64; manifests write hex. */
import { Failure, messageOf } from '../contract/failure';

export function base64OfHex(hex: string): string {
  return Buffer.from(hex, 'hex').toString('base64');
}

/** The checksum of a multipart object may be one of its parts' checksums (`…-N`): that says nothing of the whole. */
export function wholeObjectCrc(value: string | undefined, type: string | undefined): string | undefined {
  if (value === undefined || type === 'COMPOSITE' || value.includes('-')) return undefined;
  return Buffer.from(value, 'base64').toString('hex');
}

export function unconfirmed(url: string, stated: string, answered: string | undefined): Failure {
  return new Failure(
    'store-failed',
    `${url}: the store did not confirm what it took: CRC-32 sent ${stated}, answered ${answered ?? 'none'}.`,
    { hint: 'The store must verify and answer CRC-32 checksums of whole objects, as Amazon S3 does.' },
  );
}

/** The cause keeps its kind; somebody must know of the parts that still cost money. */
export function withLeftover(cause: unknown, leftover: string): Failure {
  const kind = cause instanceof Failure ? cause.kind : 'unexpected';
  return new Failure(
    kind,
    `${messageOf(cause)} And the unfinished upload could not be removed: ${leftover}`,
    {
      hint: "The bucket's lifecycle rule for incomplete uploads removes it.",
      cause,
    },
  );
}
