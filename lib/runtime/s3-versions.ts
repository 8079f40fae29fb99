/** From S3's pages of versions and delete markers to versions of keys. */
import type { ListedObject } from './store';

export interface Version {
  readonly versionId: string;
  /** As S3 names it; undefined where it names none. */
  readonly storageClass: string | undefined;
  readonly object: ListedObject;
}

/** What is used of an answer to ListObjectVersions. */
export interface VersionPage {
  readonly DeleteMarkers?: readonly { readonly Key?: string; readonly IsLatest?: boolean }[] | undefined;
  readonly Versions?:
    | readonly {
        readonly Key?: string;
        readonly VersionId?: string;
        readonly Size?: number;
        readonly StorageClass?: string;
        readonly LastModified?: Date;
      }[]
    | undefined;
  readonly IsTruncated?: boolean | undefined;
  readonly NextKeyMarker?: string | undefined;
  readonly NextVersionIdMarker?: string | undefined;
}

type ReadPage = (before: VersionPage | undefined) => Promise<VersionPage>;

/** S3 lists keys in order, and the newest version of a key first; a delete marker hides only that one. */
export async function* allVersions(readPage: ReadPage): AsyncGenerator<Version> {
  const hidden = new Set<string>();
  let page: VersionPage | undefined;
  do {
    page = await readPage(page);
    for (const { Key = '', IsLatest } of page.DeleteMarkers ?? []) if (IsLatest === true) hidden.add(Key);
    for (const { Key = '', VersionId = '', Size = 0, LastModified = new Date(0), ...rest } of page.Versions ??
      []) {
      const version = versionOf(VersionId, Size, LastModified);
      const object = { key: Key, bytes: Size, modifiedAt: LastModified, hidden: hidden.delete(Key), version };
      yield { versionId: VersionId, storageClass: rest.StorageClass, object };
    }
  } while (page.IsTruncated === true);
}

/** A bucket without versions calls each of them `null`. */
function versionOf(versionId: string, bytes: number, modifiedAt: Date): string {
  if (versionId !== '' && versionId !== 'null') return versionId;
  return `${modifiedAt.getTime()}-${bytes}`;
}

export async function* newestVersions(readPage: ReadPage): AsyncGenerator<Version> {
  let last: string | undefined;
  for await (const version of allVersions(readPage)) {
    if (version.object.key === last) continue;
    last = version.object.key;
    yield version;
  }
}
