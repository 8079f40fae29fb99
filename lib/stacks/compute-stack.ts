import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { AlarmTopic } from '../constructs/alarm-topic';
import { BackupDashboard } from '../constructs/backup-dashboard';
import { addContacts } from '../constructs/contacts';
import { addDrillCommands } from '../constructs/drill-commands';
import { FailedTaskRule } from '../constructs/failed-task-rule';
import { Keeper } from '../constructs/keeper';
import { Monitor } from '../constructs/monitor';
import { PublicKeys } from '../constructs/public-keys';
import { RestoreTasks } from '../constructs/restore-tasks';
import { StorageAccess } from '../constructs/storage-access';
import { SystemAlarms } from '../constructs/system-alarms';
import { TaskCluster } from '../constructs/task-cluster';
import { TaskNetwork, zonesAtDeployment } from '../constructs/task-network';
import type { Guardrails } from '../contract/guardrails';
import type { Settings } from '../settings/schema';

export interface ComputeStackProps extends StackProps {
  readonly settings: Settings;
  /** What protects the storage stack's bucket: see guardrailsOf. The monitor compares it with what is live. */
  readonly guardrails: Guardrails;
}

/** What runs for all databases together: free to destroy and make again, because every recovery point lies elsewhere. */
export class ComputeStack extends Stack {
  readonly storage: StorageAccess;
  readonly network: TaskNetwork;
  readonly cluster: TaskCluster;
  readonly alarmTopic: AlarmTopic;

  constructor(scope: Construct, id: string, props: ComputeStackProps) {
    super(scope, id, props);
    const { name: installation, network, notifications, compute } = props.settings;
    this.storage = new StorageAccess(this, installation);
    this.network = new TaskNetwork(this, 'Network', { installation, settings: network });
    this.cluster = new TaskCluster(this, 'Tasks', { installation });
    new RestoreTasks(this, 'Restore', {
      settings: props.settings,
      storage: this.storage,
      placement: this.network.placement,
    });
    addDrillCommands(this, props.settings, this.network);
    this.alarmTopic = new AlarmTopic(this, 'AlarmTopic', {
      installation,
      notifications,
      logDays: compute.logDays,
    });
    addContacts(this, notifications);
    new Keeper(this, 'Keeper', {
      settings: props.settings,
      storage: this.storage,
      deadLetterQueue: this.cluster.deadLetterQueue,
    });
    new PublicKeys(this, 'PublicKeys', { storage: this.storage, logDays: compute.logDays });
    this.addMonitor(props);
    const alarms = new SystemAlarms(this, 'Alarms', {
      ...this.alarmTopic.target,
      tasks: this.cluster,
      webhookQueue: this.alarmTopic.webhookQueue,
    });
    new BackupDashboard(this, 'Dashboard', { settings: props.settings, alarms });
  }

  private addMonitor({ settings, guardrails }: ComputeStackProps): void {
    const { deadLetterQueue, cluster } = this.cluster;
    const monitor = new Monitor(this, 'Monitor', {
      settings,
      guardrails,
      storage: this.storage,
      topic: this.alarmTopic.topic,
      topicKey: this.alarmTopic.key,
      deadLetterQueue,
    });
    new FailedTaskRule(this, 'FailedTasks', {
      installation: settings.name,
      cluster,
      recorder: monitor.function,
      deadLetterQueue,
    });
  }

  override get availabilityZones(): string[] {
    return zonesAtDeployment();
  }
}
