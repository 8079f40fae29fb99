/** What an archive is, by its first bytes: names say little about what scripts wrote years ago. */
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { Failure, messageOf } from '../contract/failure';

/** `folder`: a tar that somebody made of a dump in directory format, as Render's exports are. */
export type ArchiveContent = 'plain' | 'custom' | 'tar' | 'folder';

export interface ArchiveKind {
  readonly gzip: boolean;
  readonly content: ArchiveContent;
}

const HEAD_BYTES = 4096;
const BLOCK = 512;
/** https://github.com/postgres/postgres/blob/master/src/bin/pg_dump/pg_backup_archiver.h: `PGDMP`, version, sizes, format. */
const ARCHIVE = Buffer.from('PGDMP');
const FORMAT_AT = 10;
const FORMAT_TAR = 3;
const GZIP = Buffer.from([0x1f, 0x8b]);
const TAR_AT = 257;

/** Seen in the wild, and not read here: what to do first. */
const OTHERS: readonly (readonly [begins: Buffer, hint: string])[] = [
  [Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), 'It is compressed by zstd: unpack it with "unzstd" first.'],
  [Buffer.from('BZh'), 'It is compressed by bzip2: unpack it with "bunzip2" first.'],
  [Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a]), 'It is compressed by xz: unpack it with "unxz" first.'],
  [Buffer.from('PK'), 'It is a zip file: unpack it with "unzip" first.'],
  [Buffer.from([0x04, 0x22, 0x4d, 0x18]), 'It is compressed by lz4: unpack it with "unlz4" first.'],
  [Buffer.from('Salted__'), 'It is encrypted by openssl: decrypt it first.'],
  [Buffer.from('age-encryption.org'), 'It is encrypted by age: decrypt it first.'],
  [
    Buffer.from([0xff, 0xfe]),
    'It is UTF-16, as PowerShell writes it: "iconv -f UTF-16 -t UTF-8" makes UTF-8 of it.',
  ],
  [
    Buffer.from([0xef, 0xbb, 0xbf]),
    'It begins with a byte order mark: take it out with "sed -i \'1s/^\\xEF\\xBB\\xBF//\'".',
  ],
];

/** @throws Failure `restore-refused` for what is no dump of PostgreSQL, or is packed otherwise */
export async function archiveKindOf(file: string): Promise<ArchiveKind> {
  const head = await headOf(file, false);
  if (!head.subarray(0, GZIP.length).equals(GZIP)) return { gzip: false, content: contentOf(head, file) };
  return { gzip: true, content: contentOf(await headOf(file, true), file) };
}

function contentOf(head: Buffer, file: string): ArchiveContent {
  if (head.subarray(0, ARCHIVE.length).equals(ARCHIVE)) return 'custom';
  if (head.toString('latin1', TAR_AT, TAR_AT + 5) === 'ustar' || isOldTar(head)) {
    const inside = head.subarray(BLOCK);
    const ofPgDump = inside.subarray(0, ARCHIVE.length).equals(ARCHIVE) && inside[FORMAT_AT] === FORMAT_TAR;
    return ofPgDump ? 'tar' : 'folder';
  }
  const hint = OTHERS.find(([begins]) => head.subarray(0, begins.length).equals(begins))?.[1];
  if (hint !== undefined) throw refused(file, hint);
  if (head.length === 0) throw refused(file, 'It is empty: choose another archive.');
  if (head.includes(0)) throw refused(file, 'Give a file or a folder that pg_dump made.');
  if (head.includes('\r\n'))
    throw refused(file, 'Its lines end as on Windows: "dos2unix" makes an archive of it that psql reads.');
  return 'plain';
}

/** Tar of before POSIX has no magic: its checksum tells. */
function isOldTar(head: Buffer): boolean {
  if (head.length < BLOCK || head[0] === 0) return false;
  const stated = Number.parseInt(head.toString('latin1', 148, 156).replaceAll('\0', ' ').trim(), 8);
  const sum = head
    .subarray(0, BLOCK)
    .reduce((all, byte, at) => all + (at >= 148 && at < 156 ? 0x20 : byte), 0);
  return stated === sum;
}

async function headOf(file: string, gunzip: boolean): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const source = createReadStream(file, gunzip ? {} : { end: HEAD_BYTES - 1 });
  const unpacked = gunzip ? createGunzip() : undefined;
  source.once('error', (error) => unpacked?.destroy(error));
  try {
    for await (const chunk of unpacked === undefined ? source : source.pipe(unpacked)) {
      chunks.push(chunk as Buffer);
      bytes += (chunk as Buffer).length;
      if (bytes >= HEAD_BYTES) break;
    }
  } catch (error) {
    const kind = gunzip ? 'stored-data-faulty' : 'usage';
    throw new Failure(kind, `${file} cannot be read: ${messageOf(error)}`, { cause: error });
  } finally {
    source.destroy();
  }
  return Buffer.concat(chunks).subarray(0, HEAD_BYTES);
}

function refused(file: string, hint: string): Failure {
  return new Failure('restore-refused', `${file} is no dump that can be restored.`, { hint });
}
