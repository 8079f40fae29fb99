/** Who restored what, and what went against a refusal, in a period: programs' own words. Pure. */
import type { AuditedAction, Period, Trace } from '../../contract/compliance';
import { EXIT_CODES } from '../../contract/failure';
import type { AuditEntry } from '../audit-log';
import { isWithin } from './backups';

/** @param breakGlassRole its name, in which `*` and `?` may stand. @returns newest first, as the entries are */
export function actionsOf(
  entries: readonly AuditEntry[],
  period: Period,
  breakGlassRole: string | undefined,
): AuditedAction[] {
  return entries
    .filter(({ at }) => isWithin(at, period))
    .flatMap((entry) => {
      const traces = tracesOf(entry, breakGlassRole);
      const { at, program, database, id, who, identity, osUser, what, reason, overrides } = entry;
      const told = { who, identity, osUser, what, reason, overrides: [...overrides] };
      return traces.length === 0
        ? []
        : [{ traces, at, program, database, id, ...told, outcome: outcomeOf(entry) }];
    });
}

function tracesOf({ program, state, identity, overrides }: AuditEntry, role: string | undefined): Trace[] {
  return [
    ...(program === 'restore' ? ['restore' as const] : []),
    ...(overrides.length > 0 ? ['override' as const] : []),
    ...(isRole(identity, role) ? ['break-glass' as const] : []),
    ...(state === 'held' || state === 'released' ? ['hold' as const] : []),
    ...(program === 'prune' ? ['deletion' as const] : []),
  ];
}

/** Of `arn:aws:sts::111122223333:assumed-role/NAME/session`. */
function isRole(identity: string | null, role: string | undefined): boolean {
  const name = /:assumed-role\/([^/]+)\//.exec(identity ?? '')?.[1];
  if (name === undefined || role === undefined) return false;
  const pattern = role
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${pattern}$`).test(name);
}

const STATES: Readonly<Record<Exclude<AuditEntry['state'], 'ended'>, string>> = {
  'no end': 'no end: it still runs, was killed, or lost its store',
  unreadable: 'its end cannot be read',
  held: 'put on hold',
  released: 'hold released',
};

/** As the kinds of failures are called: `restore refused`. */
export function outcomeOf({ state, exitCode, failure }: AuditEntry): string {
  if (state !== 'ended') return STATES[state];
  if (exitCode === 0) return 'done';
  const [kind] = Object.entries(EXIT_CODES).find(([, code]) => code === exitCode) ?? [];
  const words = kind?.replaceAll('-', ' ') ?? `exit code ${String(exitCode)}`;
  return failure === null ? words : `${words}: ${failure}`;
}
