/**
 * How a stream of unknown length is cut into parts. S3 takes at most 10,000 parts of one object, so large objects
 * need large parts, and what is in flight at once decides how much memory they take.
 */
const MIB = 1024 * 1024;
const MIN_PART_BYTES = 8 * MIB;
const MAX_PART_BYTES = 5 * 1024 * MIB;
const MAX_PARTS = 10_000;
/** An estimate may be too small by this factor. */
const MARGIN = 2;
/** Of the parts in flight and the one that is being filled. */
const HELD_BYTES = 64 * MIB;
const MAX_IN_FLIGHT = 4;

export interface PartPlan {
  readonly partBytes: number;
  /** Parts that are sent at the same time. */
  readonly inFlight: number;
}

/** @param estimatedBytes of the whole object; up to twice as many still fit */
export function planParts(estimatedBytes: number): PartPlan {
  const needed = Math.ceil((MARGIN * estimatedBytes) / MAX_PARTS / MIB) * MIB;
  const partBytes = Math.min(Math.max(MIN_PART_BYTES, needed), MAX_PART_BYTES);
  const inFlight = Math.min(Math.max(1, Math.floor(HELD_BYTES / partBytes) - 1), MAX_IN_FLIGHT);
  return { partBytes, inFlight };
}
