/**
 * What AWS asks in us-east-1, in USD, before free tiers, volume discounts and taxes; looked up in November 2026.
 * One region is enough for an estimate: most others ask up to a quarter more.
 */
import type { StorageClass } from './storage-class';

export const PRICE_REGION = 'us-east-1';

/** aws.amazon.com/fargate/pricing: Linux, per hour; 20 GB of disk are free of charge. */
export const FARGATE = {
  arm64: { vcpuHour: 0.03238, gigabyteHour: 0.00356 },
  x86_64: { vcpuHour: 0.04048, gigabyteHour: 0.004445 },
  diskGigabyteHour: 0.000111,
  freeDiskGigabytes: 20,
} as const;

export interface StoragePrice {
  readonly gigabyteMonth: number;
  readonly thousandPuts: number;
  /** Lifecycle's move of a thousand objects into the class. */
  readonly thousandMoves: number;
  /** Of at least so many days, however soon an object is deleted. */
  readonly billedDays: number;
}

/** aws.amazon.com/s3/pricing: the first 50 TB. */
export const S3: Readonly<Record<StorageClass | 'STANDARD', StoragePrice>> = {
  STANDARD: { gigabyteMonth: 0.023, thousandPuts: 0.005, thousandMoves: 0, billedDays: 0 },
  STANDARD_IA: { gigabyteMonth: 0.0125, thousandPuts: 0.01, thousandMoves: 0.01, billedDays: 30 },
  GLACIER_IR: { gigabyteMonth: 0.004, thousandPuts: 0.02, thousandMoves: 0.02, billedDays: 90 },
  GLACIER: { gigabyteMonth: 0.0036, thousandPuts: 0.03, thousandMoves: 0.03, billedDays: 90 },
  DEEP_ARCHIVE: { gigabyteMonth: 0.00099, thousandPuts: 0.05, thousandMoves: 0.05, billedDays: 180 },
};
/** For each GB that is read; in the last two after a standard thaw. */
export const S3_GIGABYTE_READ: Readonly<Record<StorageClass | 'STANDARD', number>> = {
  STANDARD: 0,
  STANDARD_IA: 0.01,
  GLACIER_IR: 0.03,
  GLACIER: 0.01,
  DEEP_ARCHIVE: 0.02,
};
const S3_THOUSAND_LISTS = 0.005;
/** Of objects in STANDARD, where manifests lie. */
const S3_THOUSAND_GETS = 0.0004;
export function looksUsd({ lists, gets }: { readonly lists: number; readonly gets: number }): number {
  return (lists * S3_THOUSAND_LISTS + gets * S3_THOUSAND_GETS) / 1000;
}
export const S3_TAG_MONTH = 0.0065 / 10_000;

/** aws.amazon.com/kms/pricing: a key a month; a signature with an elliptic curve. */
export const KMS = { keyMonth: 1, signature: 0.15 / 10_000 } as const;

/** aws.amazon.com/cloudwatch/pricing: the first 10,000 metrics; standard resolution; logs of the standard class. */
export const CLOUDWATCH = {
  metricMonth: 0.3,
  alarmMonth: 0.1,
  dashboardMonth: 3,
  logGigabyte: 0.5,
  logGigabyteMonth: 0.03,
} as const;

/** aws.amazon.com/lambda/pricing: ARM. */
export const LAMBDA = { gigabyteSecond: 0.0000133334, request: 0.2 / 1_000_000 } as const;

/** aws.amazon.com/eventbridge/pricing: an invocation by the Scheduler. */
export const SCHEDULER_INVOCATION = 1 / 1_000_000;

/** aws.amazon.com/vpc/pricing, aws.amazon.com/privatelink/pricing: per hour; per GB that passes. */
export const NETWORK = {
  natHour: 0.045,
  natGigabyte: 0.045,
  publicAddressHour: 0.005,
  endpointHour: 0.01,
} as const;

/** aws.amazon.com/secrets-manager/pricing */
export const SECRET_MONTH = 0.4;

/** aws.amazon.com/ecr/pricing */
export const IMAGE_GIGABYTE_MONTH = 0.1;
