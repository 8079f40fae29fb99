/** From S3's pages of versions and delete markers to the newest version of each key. */
import type { ListedObject } from './store';

export interface Version {
  readonly versionId: string;
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
        readonly LastModified?: Date;
      }[]
    | undefined;
  readonly IsTruncated?: boolean | undefined;
  readonly NextKeyMarker?: string | undefined;
  readonly NextVersionIdMarker?: string | undefined;
}

/** S3 lists keys in order, and the newest version of a key first. @param readPage the page after another */
export async function* newestVersions(
  readPage: (before: VersionPage | undefined) => Promise<VersionPage>,
): AsyncGenerator<Version> {
  const hidden = new Set<string>();
  let last: string | undefined;
  let page: VersionPage | undefined;
  do {
    page = await readPage(page);
    for (const { Key = '', IsLatest } of page.DeleteMarkers ?? []) if (IsLatest === true) hidden.add(Key);
    for (const { Key = '', VersionId = '', Size = 0, LastModified = new Date(0) } of page.Versions ?? []) {
      if (Key === last) continue;
      last = Key;
      const object = { key: Key, bytes: Size, modifiedAt: LastModified, hidden: hidden.delete(Key) };
      yield { versionId: VersionId, object };
    }
  } while (page.IsTruncated === true);
}
