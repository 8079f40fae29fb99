import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { AlarmTest } from '../constructs/alarm-test';
import { AlarmTopic } from '../constructs/alarm-topic';
import { AlarmWitness } from '../constructs/alarm-witness';
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
import { COMPUTE_OUTPUTS } from '../contract/installation-outputs';
import { dashboardName } from '../contract/names';
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
    this.addAlarmTest(props.settings);
  }

  /** The witness is there for a test by hand, too. */
  private addAlarmTest({ name: installation, notifications, compute: { logDays } }: Settings): void {
    const witness = new AlarmWitness(this, 'AlarmWitness', { topic: this.alarmTopic.topic });
    const { storage } = this;
    const { deadLetterQueue } = this.cluster;
    if (notifications.monthlyAlarmTest)
      new AlarmTest(this, 'AlarmTest', { installation, storage, witness, deadLetterQueue, logDays });
    const outputs = {
      [COMPUTE_OUTPUTS.alarmTopicArn]: this.alarmTopic.topic.topicArn,
      [COMPUTE_OUTPUTS.alarmWitnessQueueUrl]: witness.queue.queueUrl,
      [COMPUTE_OUTPUTS.dashboardName]: dashboardName(installation, this.region),
      [COMPUTE_OUTPUTS.runbookUrl]: notifications.runbookUrl,
    };
    for (const [id, value] of Object.entries(outputs)) new CfnOutput(this, id, { value });
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
