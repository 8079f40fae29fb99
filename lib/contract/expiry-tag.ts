/**
 * The tag that lets an object expire: objects are born without it and never expire by themselves. Only the keeper sets
 * it, and only after it extended the object's lock to the point's retainUntil; lifecycle rules match nothing else.
 */
export const EXPIRY_TAG = { key: 'expire', value: 'yes' } as const;
