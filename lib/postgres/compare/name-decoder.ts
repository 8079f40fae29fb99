/** Names in a dump are in the dump's encoding; node knows most of them under other labels. Pure. */

import { TextDecoder } from 'node:util';

/** https://www.postgresql.org/docs/current/multibyte.html against https://encoding.spec.whatwg.org/#names-and-labels */
const LABELS: Readonly<Record<string, string>> = {
  LATIN1: 'iso-8859-1',
  LATIN2: 'iso-8859-2',
  LATIN3: 'iso-8859-3',
  LATIN4: 'iso-8859-4',
  LATIN5: 'iso-8859-9',
  LATIN6: 'iso-8859-10',
  LATIN7: 'iso-8859-13',
  LATIN8: 'iso-8859-14',
  LATIN9: 'iso-8859-15',
  LATIN10: 'iso-8859-16',
  ISO_8859_5: 'iso-8859-5',
  ISO_8859_6: 'iso-8859-6',
  ISO_8859_7: 'iso-8859-7',
  ISO_8859_8: 'iso-8859-8',
  KOI8R: 'koi8-r',
  KOI8U: 'koi8-u',
  WIN866: 'ibm866',
  EUC_CN: 'gbk',
  EUC_JP: 'euc-jp',
  EUC_KR: 'euc-kr',
};

/** @param encoding as `SET client_encoding` names it; one that is not known is read as UTF-8 */
export function nameDecoder(encoding: string): TextDecoder {
  const windows = /^WIN(125\d|874)$/.exec(encoding)?.[1];
  return new TextDecoder(windows === undefined ? (LABELS[encoding] ?? 'utf-8') : `windows-${windows}`);
}
