/** `<UTC start, yyyymmddThhmmssZ>-<6 hex>`: names one recovery point; sorts by start. */
export type RecoveryPointId = string;

const PATTERN = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z-[0-9a-f]{6}$/;

/** @param random 3 bytes, so that two runs of one second differ */
export function recoveryPointId(startedAt: Date, random: Uint8Array): RecoveryPointId {
  const stamp = startedAt.toISOString().replace(/\.\d+/, '').replace(/[-:]/g, '');
  return `${stamp}-${Buffer.from(random.subarray(0, 3)).toString('hex')}`;
}

export function isRecoveryPointId(text: string): text is RecoveryPointId {
  return PATTERN.test(text);
}
