/** Which keys a store takes: the same in every store, so that a recovery point can be copied from one to another. */
import { Failure } from '../contract/failure';

const MAX_KEY_BYTES = 1024;
const CONTROL = /[\u0000-\u001f\u007f\\]/;

/** @throws Failure `store-failed` where the key could name something outside its store */
export function checkKey(key: string): void {
  const segments = key.split('/');
  if (
    Buffer.byteLength(key) > MAX_KEY_BYTES ||
    CONTROL.test(key) ||
    Buffer.from(key).toString() !== key ||
    segments.some((segment) => ['', '.', '..'].includes(segment))
  )
    throw new Failure(
      'store-failed',
      `${JSON.stringify(key)} is no key: allowed are relative names of at most ${MAX_KEY_BYTES} bytes, separated by /, ` +
        'without dot segments, backslashes and control characters.',
    );
}

/** A prefix is the beginning of a key: empty, a folder (ending in /), or a folder and the beginning of a name. */
export function checkPrefix(prefix: string): void {
  if (prefix !== '') checkKey(`${prefix}x`);
}

/** The order in which S3 lists keys: by their UTF-8 bytes. */
export function compareKeys(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
