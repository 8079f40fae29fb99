/** The bytes of one version of an object in S3; a connection that breaks is opened again where it broke. */
import type { Readable } from 'node:stream';
import { checkedStream } from './checked-stream';
import { resumed } from './resumed-download';
import type { S3Api } from './s3-api';

export interface VersionToOpen {
  readonly key: string;
  readonly versionId: string;
  readonly bytes: number;
}

/** @throws Failure `store-failed`, or the reason of the signal */
export async function openVersion(
  s3: S3Api,
  { key, versionId, bytes }: VersionToOpen,
  signal: AbortSignal | undefined,
): Promise<Readable> {
  const explain = (error: unknown) => s3.failure('get', key, error);
  const open = async (from: number) => {
    const Range = from === 0 ? undefined : `bytes=${from}-`;
    const input = { Key: key, VersionId: versionId, Range };
    const { Body } = await s3.getObject(input, { abortSignal: signal });
    return Body as Readable;
  };
  const begin = await open(0).catch(async (error: unknown) => {
    throw signal?.aborted === true ? signal.reason : await explain(error);
  });
  return checkedStream(resumed(begin, { bytes, open, signal }), bytes, explain, signal);
}
