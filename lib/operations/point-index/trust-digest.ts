/** By what it is told whether what was believed is still believed: another key, and all of it is read anew. Pure. */
import { createHash } from 'node:crypto';
import type { Trust } from '../read-manifest';

export function trustSha256({ keys, allowUnsigned }: Trust): string {
  const text = JSON.stringify([allowUnsigned, ...keys.map((key) => key.trim()).sort()]);
  return createHash('sha256').update(text).digest('hex');
}
