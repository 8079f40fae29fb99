/** The report as headings, tables and lists: the one form that text, Markdown and HTML are written from. Pure. */
import {
  FACT_SOURCES,
  type AuditedAction,
  type Compliance,
  type Fact,
  type FactSource,
} from '../../contract/compliance';
import { humanSeconds } from '../../contract/human';
import { hours } from './exceptions';

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface Section {
  readonly title: string;
  /** Sentences before the table. */
  readonly text: readonly string[];
  readonly table?: Table;
  readonly list?: readonly string[];
}

export interface ReportDocument {
  readonly title: string;
  readonly text: readonly string[];
  readonly sections: readonly Section[];
}

const NOT_READ = 'Could not be read: see the exceptions.';

export function documentOf(report: Compliance): ReportDocument {
  const { since, until } = report.period;
  return {
    title: 'Backups: facts for an audit',
    text: [
      `${report.store}, from ${minute(since)} to ${minute(until)} UTC.`,
      `Made ${minute(report.madeAt)} UTC by Backstop ${report.toolVersion} from the real state. It states facts and certifies nothing.`,
    ],
    sections: [
      exceptionSection(report),
      factSection('Encryption', report.encryption),
      factSection('Retention and lock', report.retention),
      classSection(report),
      lockSection(report),
      backupSection(report),
      drillSection(report),
      actionSection(report),
      WHOSE_WORD,
    ],
  };
}

function exceptionSection({ exceptions }: Compliance): Section {
  const list = exceptions.map(({ database, text }) => (database === null ? text : `${database}: ${text}`));
  return list.length === 0
    ? { title: 'Exceptions', text: ['None.'] }
    : { title: 'Exceptions', text: [`${list.length} that do not conform, or could not be looked at:`], list };
}

function factSection(title: string, facts: readonly Fact[]): Section {
  const rows = facts.map(({ name, state, text }) => [name, state === 'seen' ? text : `${state}: ${text}`]);
  const sources = [...new Set(facts.map(({ source }) => FACT_SOURCES[source]))];
  return { title, text: [said(sources.join('; '))], table: { columns: ['Fact', 'Found'], rows } };
}

function classSection({ classes }: Compliance): Section {
  const title = 'Recovery points that are kept';
  if (classes === null) return { title, text: [NOT_READ] };
  if (classes.length === 0) return { title, text: ['None.'] };
  const columns = ['Database', 'Class', 'Points', 'Oldest', 'Newest', 'Promised until, first', 'Last'];
  const rows = classes.map((of) => [
    ...[of.database, of.class, String(of.points), minute(of.oldest), minute(of.newest)],
    ...[minute(of.earliestRetainUntil), minute(of.latestRetainUntil)],
  ]);
  return { title, text: [said(FACT_SOURCES.manifests)], table: { columns, rows } };
}

function lockSection({ locks, exceptions }: Compliance): Section {
  const title = 'Locks of their objects';
  if (locks === null) {
    const denied = exceptions.some(
      ({ kind, text }) => kind === 'not read' && /^(locks|manifests) /.test(text),
    );
    return { title, text: [denied ? NOT_READ : 'The store locks nothing.'] };
  }
  const each = locks.objectsOfEachPoint === null ? '' : `, at most ${locks.objectsOfEachPoint} of each point`;
  const outcome =
    locks.faults.length === 0
      ? 'all are locked until the time that their manifest promises'
      : `of ${locks.faults.length} points some are not locked until the time that their manifest promises`;
  return {
    title,
    text: [
      `${locks.objects} objects of ${locks.points} points looked at${each}: ${outcome}.`,
      said(FACT_SOURCES.aws),
    ],
  };
}

function backupSection({ backups }: Compliance): Section {
  const title = 'Backups in the period';
  if (backups === null) return { title, text: [NOT_READ] };
  const columns = [
    'Database',
    'Points',
    'Runs: good',
    'Failed',
    'No end',
    'Longest gap',
    'Objective',
    'Slots served',
  ];
  const rows = backups.map(({ database, points, runs, longestGapHours, rpoHours, slots }) => [
    ...[database, String(points)],
    ...(runs === null ? ['?', '?', '?'] : [runs.succeeded, runs.failed, runs.noEnd].map(String)),
    longestGapHours === null ? 'no point' : hours(longestGapHours),
    rpoHours === null ? 'not known' : hours(rpoHours),
    slots === null ? 'not known' : `${slots.served} of ${slots.due}`,
  ]);
  const text = [
    'The gap is counted from a snapshot until the next recovery point was there: the most that could have been lost.',
    said(`points and gaps by ${FACT_SOURCES.manifests}; runs by ${FACT_SOURCES.audit}`),
  ];
  return { title, text, table: { columns, rows } };
}

function drillSection({ drills, exceptions }: Compliance): Section {
  const title = 'Drills in the period';
  if (drills === null) {
    const denied = exceptions.some(({ kind, text }) => kind === 'not read' && text.startsWith('evidence '));
    return { title, text: [denied ? NOT_READ : 'Nobody was named whose evidence is believed.'] };
  }
  const columns = [
    ...['Database', 'Proven', 'Failed', 'No proof', 'Newest proof', 'Of point'],
    ...['Restored in: least', 'Median', 'Most', 'Objective', 'Proven data at its oldest'],
  ];
  const rows = drills.map((of) => [
    ...[of.database, String(of.proven), String(of.failed), String(of.noProof)],
    ...(of.newestProof === null ? ['none', ''] : [minute(of.newestProof.at), of.newestProof.point]),
    ...(of.restoreSeconds === null
      ? ['', '', '']
      : [of.restoreSeconds.minimum, of.restoreSeconds.median, of.restoreSeconds.maximum].map(humanSeconds)),
    of.rtoMinutes === null ? 'not known' : humanSeconds(of.rtoMinutes * 60),
    hours(of.longestWithoutProofHours),
  ]);
  const list = drills
    .filter(({ points }) => points.length > 0)
    .map(({ database, points }) => `${database}, proven points: ${points.join(', ')}`);
  return { title, text: [said(FACT_SOURCES.evidence)], table: { columns, rows }, list };
}

/** The keeper moves its hold with each proof: counted, so that what people did is not lost among it. */
function actionSection({ actions }: Compliance): Section {
  const title = 'Who restored what, and what went against a refusal';
  if (actions === null) return { title, text: [NOT_READ] };
  const [holds, others] = [actions.filter(isHoldAlone), actions.filter((action) => !isHoldAlone(action))];
  const text = [
    ...(others.length === 0
      ? ['No restore, no override, no deletion and no use of the break-glass role is told.']
      : []),
    ...(holds.length === 0 ? [] : [`The keeper put points on hold or released them ${holds.length} times.`]),
    said(
      `${FACT_SOURCES.audit}; RUN AS is what AWS answered. CloudTrail and the access logs have the requests`,
    ),
  ];
  const columns = ['When (UTC)', 'Trace', 'Program', 'Database', 'Who', 'Run as', 'What', 'Why', 'Outcome'];
  return others.length === 0
    ? { title, text }
    : { title, text, table: { columns, rows: others.map(actionRow) } };
}

function isHoldAlone({ traces }: AuditedAction): boolean {
  return traces.every((trace) => trace === 'hold');
}

function actionRow(action: AuditedAction): string[] {
  const { traces, at, program, database, who, identity, osUser, what, reason, overrides, outcome } = action;
  const overrode = overrides.length === 0 ? '' : `; overrode ${overrides.join(', ')}`;
  return [
    ...[minute(at), traces.join(', '), program, database, who ?? '?'],
    [identity, osUser].filter((name) => name !== null).join(', '),
    ...[what ?? '', reason ?? '?', `${outcome}${overrode}`],
  ];
}

const WHOSE_WORD: Section = {
  title: 'Whose word it is',
  text: ['Signed documents are believed by the public keys that were named for this report.'],
  table: {
    columns: ['Facts', 'Source'],
    rows: (
      [
        ['Encryption, retention rules, locks of objects', 'aws'],
        ['Recovery points, gaps, slots served', 'manifests'],
        ['Drills and restore times', 'evidence'],
        ['Runs, restores, overrides, holds, deletions', 'audit'],
        ['Objectives and schedules', 'settings'],
      ] satisfies [string, FactSource][]
    ).map(([facts, source]) => [facts, FACT_SOURCES[source]]),
  },
};

function said(sources: string): string {
  return `Source: ${sources}.`;
}

function minute(instant: string): string {
  return instant.slice(0, 16).replace('T', ' ');
}
