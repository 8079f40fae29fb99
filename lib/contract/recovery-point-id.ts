/** `<UTC start, yyyymmddThhmmssZ>-<6 hex>`: names one recovery point; sorts by start. */
export type RecoveryPointId = string;

const PATTERN = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z-[0-9a-f]{6}$/;

/**
 * The hex digits are the milliseconds and a random number: two points of one second sort by start, too.
 * @param random 2 bytes, so that two runs of one millisecond differ
 */
export function recoveryPointId(startedAt: Date, random: Uint8Array): RecoveryPointId {
  const stamp = stampOf(startedAt);
  const suffix = startedAt.getUTCMilliseconds() * 0x1000 + (Buffer.from(random).readUInt16BE() & 0xfff);
  return `${stamp}-${suffix.toString(16).padStart(6, '0')}`;
}

export function isRecoveryPointId(text: string): text is RecoveryPointId {
  return PATTERN.test(text);
}

/** How an id begins: `yyyymmddThhmmssZ`. */
export function stampOf(at: Date): string {
  return at.toISOString().replace(/\.\d+/, '').replace(/[-:]/g, '');
}

/** When the run of that id started, in whole seconds. */
export function startOf(id: RecoveryPointId): Date {
  const [, year = '', month = '', day = '', hour = '', minute = '', second = ''] = PATTERN.exec(id) ?? [];
  return new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}
