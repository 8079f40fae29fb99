/** S3's storage classes that a recovery point may lie in besides S3 Standard. */
export const STORAGE_CLASSES = ['STANDARD_IA', 'GLACIER_IR', 'GLACIER', 'DEEP_ARCHIVE'] as const;
export type StorageClass = (typeof STORAGE_CLASSES)[number];

/** Of these an object must be thawed for hours before it can be read. */
export const ARCHIVE_CLASSES = ['GLACIER', 'DEEP_ARCHIVE'] as const satisfies readonly StorageClass[];
export type ArchiveClass = (typeof ARCHIVE_CLASSES)[number];

export const THAW_SPEEDS = ['standard', 'bulk', 'expedited'] as const;
export type ThawSpeed = (typeof THAW_SPEEDS)[number];

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects-retrieval-options.html */
export const THAW_TIMES: Readonly<Record<ArchiveClass, Readonly<Partial<Record<ThawSpeed, string>>>>> = {
  GLACIER: { standard: '3 to 5 hours', bulk: '5 to 12 hours', expedited: '1 to 5 minutes' },
  DEEP_ARCHIVE: { standard: 'up to 12 hours', bulk: 'up to 48 hours' },
};
