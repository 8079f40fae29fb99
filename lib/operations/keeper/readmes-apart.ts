/**
 * Of all objects of a point the README tells how far the keeper came: it is the first that is put on hold, the last that is
 * released, and the last that is tagged.
 */
import { POINT_OBJECTS } from '../../contract/object-keys';
import type { ObjectVersion } from '../../runtime/protected-objects';

/** @returns READMEs, and all others */
export function readmesApart(versions: readonly ObjectVersion[]): [ObjectVersion[], ObjectVersion[]] {
  const isReadme = ({ key }: ObjectVersion) => key.endsWith(`/${POINT_OBJECTS.readme}`);
  return [versions.filter(isReadme), versions.filter((version) => !isReadme(version))];
}
