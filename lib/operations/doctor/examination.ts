/** One thing that doctor has looked at. */
export interface Examination {
  readonly area: 'machine' | 'account' | 'database';
  /** The database's name in the store; undefined in the other areas. */
  readonly database?: string;
  /** What was looked at, for example `row security`. */
  readonly check: string;
  /** `fault`: no backup before it is mended. `warning`: worth a thought. */
  readonly outcome: 'ok' | 'warning' | 'fault';
  readonly found: string;
  /** What to do; undefined where nothing is. */
  readonly hint?: string;
}

/** Makes examinations of one subject, by their outcome. */
export function examinationsOf(subject: Pick<Examination, 'area' | 'database'>) {
  return {
    ok: (check: string, found: string): Examination => ({ ...subject, check, outcome: 'ok', found }),
    warning: (check: string, found: string, hint: string): Examination => ({
      ...subject,
      check,
      outcome: 'warning',
      found,
      hint,
    }),
    fault: (check: string, found: string, hint: string): Examination => ({
      ...subject,
      check,
      outcome: 'fault',
      found,
      hint,
    }),
  };
}

export function examinationsOfDatabase(database: string) {
  return examinationsOf({ area: 'database', database });
}
