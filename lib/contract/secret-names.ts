/**
 * Names whose values may be secrets, as a regular expression without regard to case: such values are in no manifest.
 * Applications keep keys in ALTER DATABASE ... SET, and foreign servers keep passwords in their options.
 */
export const SECRET_NAME_PATTERN = 'pass|secret|token|key|credential';

export function mayBeSecret(name: string): boolean {
  return new RegExp(SECRET_NAME_PATTERN, 'i').test(name);
}
