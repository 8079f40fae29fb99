/**
 * Which recovery points S3 may delete, and when.
 *
 * A rule per class and database, and each matches only objects that carry the expiry tag. The keeper sets that tag, and
 * only after it extended the object's lock to the end of the class. So tagged means locked, and:
 * - no keeper, no expiry: points that nobody tagged stay for ever (it costs money, never data);
 * - the newest proven point stays, because the keeper leaves it untagged and on legal hold, which lifecycle passes over;
 * - a delete marker that an intruder sets makes a version noncurrent at once, and noncurrent versions are deleted after
 *   a day. Untagged ones do not match the rule; tagged ones are skipped by S3 until their lock ends, which is no
 *   earlier than the point's own end. Without the tag in the filter, the marker would cut a point's life down to the
 *   bucket's default lock. Hence no rule for noncurrent versions may ever match without the tag;
 * - a database that leaves the settings leaves its rules behind too: its points stay until somebody decides.
 *
 * Manifests, evidence and audit records are never tagged and never expire: they are small and they are the history.
 */
import { Duration } from 'aws-cdk-lib';
import { StorageClass, type LifecycleRule } from 'aws-cdk-lib/aws-s3';
import { EXPIRY_TAG } from '../contract/expiry-tag';
import { classPrefix, RETENTION_CLASSES, type Kind, type RetentionClass } from '../contract/object-keys';
import { INCOMPLETE_UPLOAD_DAYS } from '../contract/retention';
import type { KeptDatabase } from '../settings/database-schema';

export function lifecycleRules(
  kind: Kind,
  databases: Readonly<Record<string, KeptDatabase>>,
): LifecycleRule[] {
  return [
    ...Object.entries(databases).flatMap(([name, database]) => expiryRules(kind, name, database)),
    {
      id: 'abort-incomplete-uploads',
      abortIncompleteMultipartUploadAfter: Duration.days(INCOMPLETE_UPLOAD_DAYS),
    },
    /** Only markers below which no version is left. */
    { id: 'remove-expired-delete-markers', expiredObjectDeleteMarker: true },
  ];
}

function expiryRules(kind: Kind, name: string, { keepDays, storage }: KeptDatabase): LifecycleRule[] {
  return RETENTION_CLASSES.flatMap((retentionClass) => {
    const days = keepDays[retentionClass];
    if (days === undefined) return [];
    return [
      {
        id: `expire-${retentionClass}-${name}`,
        prefix: classPrefix(retentionClass, kind, name),
        tagFilters: { [EXPIRY_TAG.key]: EXPIRY_TAG.value },
        expiration: Duration.days(days),
        noncurrentVersionExpiration: Duration.days(1),
        transitions: transitions(storage[retentionClass]),
      },
    ];
  });
}

/** Nothing where the points are written into their storage class directly. */
function transitions(storage: KeptDatabase['storage'][RetentionClass]): LifecycleRule['transitions'] {
  if (storage === undefined || storage.afterDays === 0) return undefined;
  return [
    { storageClass: new StorageClass(storage.class), transitionAfter: Duration.days(storage.afterDays) },
  ];
}
