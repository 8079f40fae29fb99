/** The real monitor over real stores, at a time that the test says, with what it published. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { AuditEvent } from '../../lib/contract/audit-event';
import { auditKey } from '../../lib/contract/audit-event';
import type { Guardrails } from '../../lib/contract/guardrails';
import type { Limits } from '../../lib/contract/limits';
import type { Gauge } from '../../lib/contract/metrics';
import type { MonitorConfig, Pass, VanishingRules } from '../../lib/contract/monitor-config';
import { answerEvent } from '../../lib/operations/monitor/answer-event';
import type { Measurement } from '../../lib/operations/monitor/measured';
import type { MonitorTools } from '../../lib/operations/monitor/monitor-tools';
import { DirectoryDocuments } from '../../lib/runtime/directory-documents';
import { DirectoryStore } from '../../lib/runtime/directory-store';
import type { Documents } from '../../lib/runtime/documents';
import type { ProtectedObjects } from '../../lib/runtime/protected-objects';
import { silentReporter } from '../../lib/runtime/reporter';
import type { Store } from '../../lib/runtime/store';
import type { TopicMessage } from '../../lib/runtime/topic';

export const NIGHTLY: MonitorConfig['databases'][string]['schedule'] = {
  cron: '0 2 * * *',
  timeZone: 'UTC',
  seasons: [],
  flexibleMinutes: 15,
  expectedMinutes: 30,
};

/** Those of the defaults, for such a schedule. */
export const LIMITS: Limits = {
  ...{ newestHours: 25, provenHours: 26, restoreMinutes: 240, shrunkenBelow: 0.8, minimumBytes: 1 },
  ...{ slowAbove: 2, slowMinimumMinutes: 5, expectedMinutes: 60 },
};

export const VANISHING: VanishingRules = { share: 0.5, minimumRows: 1000, tables: [] };

export function monitorConfig(
  databases: readonly string[],
  { emails = [], guardrails = {} }: { readonly emails?: string[]; readonly guardrails?: Guardrails } = {},
): MonitorConfig {
  return {
    installation: 'backstop',
    databases: Object.fromEntries(
      databases.map((name) => [
        name,
        {
          ...{ schedule: NIGHTLY, longestLifeDays: 31, drills: { expectedMinutes: 60 }, limits: LIMITS },
          vanishing: VANISHING,
        },
      ]),
    ),
    defaultLockDays: 7,
    emails,
    guardrails,
    runbookUrl: 'docs/runbook.md',
    contacts: ['a restore is needed: Ada Example, +49 30 23125 100'],
  };
}

export interface MonitorBench {
  readonly statusStore: Store;
  readonly documents: Documents;
  /** @returns what was published, by database (empty for the installation), and the error that ended it */
  pass(pass: Pass, at: Date, changes?: Partial<MonitorTools>): Promise<Passed>;
  /** Any event, as EventBridge sends it. */
  answer(event: unknown, at: Date): Promise<Passed>;
  /** Lines for people. */
  readonly told: string[];
  /** What everybody was told who gets the alarms. */
  readonly notified: TopicMessage[];
}

export interface Passed {
  readonly published: Readonly<Record<string, Partial<Record<Gauge, number>>>>;
  readonly error: unknown;
}

/**
 * @param objects how those of the store are protected
 * @param trusted public keys, PEM: whose manifests are believed
 * @param trustedEvidence the same for evidence. @default - nobody's
 */
export function monitorBench(
  config: MonitorConfig,
  store: Store,
  objects: ProtectedObjects,
  trusted: readonly string[],
  trustedEvidence: readonly string[] = [],
): MonitorBench {
  const directory = mkdtempSync(path.join(tmpdir(), 'status-'));
  const [statusStore, documents] = [new DirectoryStore(directory), new DirectoryDocuments(directory)];
  const told: string[] = [];
  const notified: TopicMessage[] = [];
  const answer = async (event: unknown, at: Date, changes: Partial<MonitorTools> = {}): Promise<Passed> => {
    const published: Record<string, Measurement['gauges']> = {};
    const tools: MonitorTools = {
      store,
      objects,
      statusStore,
      documents,
      deployed: { bucketName: 'b', keyArn: 'arn:aws:kms:eu-central-1:111122223333:key/k' },
      clock: { now: () => at },
      reporter: { ...silentReporter, warn: (text) => told.push(text) },
      trust: () => Promise.resolve({ keys: trusted, allowUnsigned: false }),
      evidenceTrust: () => Promise.resolve({ keys: trustedEvidence, allowUnsigned: false }),
      liveGuardrails: () => Promise.resolve(config.guardrails),
      subscriptions: () => Promise.resolve([]),
      publish: ({ database = '', gauges }) => {
        published[database] = { ...published[database], ...gauges };
      },
      notify: (message) => {
        notified.push(message);
        return Promise.resolve();
      },
      ...changes,
    };
    const error: unknown = await answerEvent(event, config, tools).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    return { published, error };
  };
  return {
    statusStore,
    documents,
    told,
    notified,
    answer,
    pass: (pass, at, changes) => answer({ pass }, at, changes),
  };
}

/** Writes what a run tells of itself: of a backup, if it is not said otherwise. */
export async function tellRun(
  store: Store,
  event: Pick<AuditEvent, 'database' | 'id' | 'event'> & Partial<AuditEvent>,
): Promise<void> {
  const told: AuditEvent = {
    ...{ version: 1, program: 'backup', at: new Date().toISOString(), who: 'tester', reason: 'test' },
    ...event,
  };
  await store.put(auditKey(told), Buffer.from(JSON.stringify(told)));
}
