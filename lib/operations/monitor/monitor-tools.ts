/** What a pass reaches the world with. */
import type { DeployedNames, Guardrails } from '../../contract/guardrails';
import type { Clock } from '../../runtime/clock';
import type { Documents } from '../../runtime/documents';
import type { ProtectedObjects } from '../../runtime/protected-objects';
import type { Reporter } from '../../runtime/reporter';
import type { Store } from '../../runtime/store';
import type { Subscription } from '../../runtime/subscriptions';
import type { TopicMessage } from '../../runtime/topic';
import type { Trust } from '../read-manifest';
import type { Measurement } from './measured';

export interface MonitorTools {
  /** Of the recovery points. */
  readonly store: Store;
  /** How they are protected. */
  readonly objects: ProtectedObjects;
  /** Where the monitor itself writes. */
  readonly statusStore: Store;
  /** Where it writes what is overwritten: its index, in the same bucket. */
  readonly documents: Documents;
  readonly deployed: DeployedNames;
  readonly clock: Clock;
  readonly reporter: Reporter;
  /** Whose manifests are believed. */
  trust(): Promise<Trust>;
  /** Whose evidence is believed: one who signs manifests must not prove them. */
  evidenceTrust(): Promise<Trust>;
  liveGuardrails(): Promise<Guardrails>;
  subscriptions(): Promise<readonly Subscription[]>;
  publish(measurement: Measurement, at: Date): void;
  /** Tells everybody who gets the alarms. @throws Failure `unexpected` */
  notify(message: TopicMessage): Promise<void>;
}
