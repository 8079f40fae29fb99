/** One thing that a check has seen, in words that an operator understands. */
export interface Finding {
  /** `fault`: a recovery point may not be restorable or not be protected. `note`: worth knowing, nothing is broken. */
  readonly severity: 'fault' | 'note';
  readonly kind: FindingKind;
  /** The object's key, or a prefix. */
  readonly subject: string;
  readonly text: string;
}

export type FindingKind =
  | 'manifest' // edited, signed by another key, unreadable, of an unknown version
  | 'missing'
  | 'size'
  | 'checksum'
  | 'overwritten'
  | 'archive'
  | 'unlocked'
  | 'hidden'
  | 'extra'
  | 'orphan'
  | 'chain';

export function fault(kind: FindingKind, subject: string, text: string): Finding {
  return { severity: 'fault', kind, subject, text };
}

export function note(kind: FindingKind, subject: string, text: string): Finding {
  return { severity: 'note', kind, subject, text };
}
