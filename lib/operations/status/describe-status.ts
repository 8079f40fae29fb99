/** The status of an installation, or of a store, from what was seen of its databases. Pure. */
import { TOOL_VERSION } from '../../contract/tool-version';
import { STATUS_VERSION, type DatabaseStatus, type Status, type StatusStorage } from '../../contract/status';
import type { AuditEntry } from '../audit-log';
import { listedAudit } from './describe-history';
import { problemsOfAll } from './installation-problems';
import type { Trouble } from './trouble';

export interface StatusFacts extends Pick<
  Status,
  'installation' | 'store' | 'protection' | 'alarmTest' | 'contacts'
> {
  readonly databases: readonly DatabaseStatus[];
  /** Of all databases; the newest are listed. */
  readonly audit: readonly AuditEntry[];
  /** Of the installation as a whole. */
  readonly troubles: readonly Trouble[];
  /** As in the settings; null where none are at hand. */
  readonly runbookUrl: string | null;
  readonly madeAt: Date;
  /** null where nobody makes the next one by itself. */
  readonly nextBy: Date | null;
}

export function describeStatus(facts: StatusFacts): Status {
  const { installation, store, contacts, protection, alarmTest, runbookUrl } = facts;
  const databases = [...facts.databases];
  return {
    ...{ type: 'backstop-status', version: STATUS_VERSION, installation, store },
    madeAt: facts.madeAt.toISOString(),
    nextBy: facts.nextBy?.toISOString() ?? null,
    ...{ toolVersion: TOOL_VERSION, runbook: runbookUrl, contacts },
    problems: problemsOfAll(facts.troubles, databases, runbookUrl),
    databases,
    storage: together(databases.map(({ storage }) => storage)),
    ...{ protection, alarmTest, audit: listedAudit(facts.audit) },
  };
}

/** Nothing is foretold where one of them cannot be. */
function together(storages: readonly StatusStorage[]): StatusStorage {
  const sum = (of: (storage: StatusStorage) => number) =>
    storages.reduce((total, storage) => total + of(storage), 0);
  const forecast = (of: (storage: StatusStorage) => number | null) =>
    storages.length > 0 && storages.every((storage) => of(storage) !== null)
      ? sum((storage) => of(storage) ?? 0)
      : null;
  return {
    points: sum(({ points }) => points),
    bytes: sum(({ bytes }) => bytes),
    usdMonth: sum(({ usdMonth }) => usdMonth),
    forecastBytes: forecast(({ forecastBytes }) => forecastBytes),
    forecastUsdMonth: forecast(({ forecastUsdMonth }) => forecastUsdMonth),
  };
}
