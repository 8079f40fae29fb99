/**
 * How an object of unknown length is cut into parts: S3 takes at most 10,000 of them, each of 5 MiB to 5 GiB, so large
 * objects need large parts. https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
 */
const MIB = 1024 * 1024;
const MIN_PART_BYTES = 8 * MIB;
const MAX_PART_BYTES = 5 * 1024 * MIB;
/** The estimate fits into these; the rest is for an estimate that was too low. */
const PLANNED_PARTS = 9_000;
/** From there on the size doubles at each step, ten times: a thousandfold error of the estimate still fits. */
const PARTS_A_STEP = 100;

/** @param estimatedBytes of the whole object @param number of the part, from 1 */
export function partBytes(estimatedBytes: number, number: number): number {
  const planned = Math.ceil(estimatedBytes / PLANNED_PARTS / MIB) * MIB;
  const steps = Math.max(0, Math.ceil((number - PLANNED_PARTS) / PARTS_A_STEP));
  return Math.min(Math.max(MIN_PART_BYTES, planned) * 2 ** steps, MAX_PART_BYTES);
}
