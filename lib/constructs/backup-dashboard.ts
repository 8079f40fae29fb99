import { Stack } from 'aws-cdk-lib';
import {
  AlarmStatusWidget,
  Color,
  Dashboard,
  GraphWidget,
  TextWidget,
  type HorizontalAnnotation,
  type IMetric,
  type IWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { ALARMS, runbookLink, type AlarmName } from '../contract/alarms';
import { hasDrills, provenObjectiveHours } from '../contract/drill-schedule';
import type { DatabaseGauge } from '../contract/metrics';
import { dashboardName } from '../contract/names';
import { objectiveHours } from '../contract/schedule';
import type { BackedUpDatabase } from '../settings/database-schema';
import type { Settings } from '../settings/schema';
import { contactLines } from './contacts';
import { gauge } from './gauges';
import type { SystemAlarms } from './system-alarms';

export interface BackupDashboardProps {
  readonly settings: Settings;
  readonly alarms: SystemAlarms;
}

interface Shown {
  readonly name: string;
  readonly database: BackedUpDatabase;
}

/** More lines than this in one graph cannot be told apart. CloudWatch itself takes 500. */
const LINES_PER_GRAPH = 25;
/** CloudWatch takes 2500 metrics on a dashboard; of twelve per database, that many databases have room. */
const DATABASES_SHOWN = 208;
const COLUMNS = 24;

/** What there is to see at a glance: how fresh, large and proven the backups are, how long they take, and what failed. */
export class BackupDashboard extends Construct {
  private readonly installation: string;

  constructor(scope: Construct, id: string, { settings, alarms }: BackupDashboardProps) {
    super(scope, id);
    this.installation = settings.name;
    const databases = Object.keys(settings.databases).slice(0, DATABASES_SHOWN);
    new Dashboard(this, 'Dashboard', {
      dashboardName: dashboardName(settings.name, Stack.of(this).region),
      widgets: [
        [headlineOf(settings)],
        [
          new AlarmStatusWidget({
            title: 'Installation',
            alarms: [...alarms.all],
            width: COLUMNS / 2,
            height: 4,
          }),
          this.graph('Monitor passes', [gauge(settings.name, 'monitorPasses')], {
            value: 1,
            label: 'at least one',
          }),
        ],
        ...groupsOf(databases, LINES_PER_GRAPH).flatMap((names) => this.rows(names, settings)),
      ],
    });
  }

  /** Rows of two graphs, each with a line per database. */
  private rows(names: readonly string[], { databases }: Settings): IWidget[][] {
    const shown = names.flatMap((name) => {
      const database = databases[name];
      return database === undefined ? [] : [{ name, database }];
    });
    const drilled = shown.filter(({ database }) => hasDrills(database));
    return [
      [
        this.graph(
          'Age of the newest recovery point, hours',
          this.lines(names, 'newestPointAge'),
          shortest(shown, objectiveHours),
        ),
        this.graph(
          'Runs that failed, never began or are stuck',
          this.lines(names, 'failedRuns', 'overdueSlots', 'stuckRuns'),
        ),
      ],
      [
        this.graph('Stored bytes', this.lines(names, 'storedBytes')),
        this.graph('Size divided by the usual size', this.lines(names, 'sizeRatio')),
      ],
      [
        this.graph('Duration of the newest backup, seconds', this.lines(names, 'backupSeconds')),
        this.graph('Tables that lost most of their rows', this.lines(names, 'vanishedTables')),
        this.graph('Stored bytes of all recovery points', this.lines(names, 'keptBytes')),
      ],
      ...(drilled.length === 0 ? [] : this.drillRows(drilled)),
    ];
  }

  private drillRows(drilled: readonly Shown[]): IWidget[][] {
    const names = drilled.map(({ name }) => name);
    return [
      [
        this.graph(
          'Age of the newest proven recovery point, hours',
          this.lines(names, 'provenPointAge'),
          shortest(drilled, provenObjectiveHours),
        ),
        this.graph('Drills that failed, were stopped or are stuck', this.lines(names, 'failedDrills')),
      ],
      [
        this.graph(
          'Restore in the newest drill that proved a point, seconds',
          this.lines(names, 'drillRestoreSeconds'),
          shortest(drilled, ({ rtoMinutes }) => rtoMinutes * 60),
        ),
      ],
    ];
  }

  private lines(names: readonly string[], ...gauges: DatabaseGauge[]): IMetric[] {
    return names.flatMap((name) =>
      gauges.map((each) =>
        gauge(this.installation, each, name).with({ label: gauges.length > 1 ? `${name} ${each}` : name }),
      ),
    );
  }

  private graph(title: string, left: IMetric[], line?: HorizontalAnnotation): GraphWidget {
    return new GraphWidget({
      title,
      left,
      leftYAxis: { min: 0 },
      leftAnnotations: line === undefined ? [] : [{ color: Color.RED, ...line }],
      width: COLUMNS / 2,
      height: 6,
    });
  }
}

function shortest(
  shown: readonly Shown[],
  objectiveOf: (database: BackedUpDatabase) => number,
): HorizontalAnnotation {
  const value = Math.min(...shown.map(({ database }) => objectiveOf(database)));
  return { value, label: 'the shortest objective' };
}

function headlineOf(settings: Settings): TextWidget {
  const contacts = contactLines(settings.notifications);
  const markdown = [headline(settings), ...contacts.map((line) => `- ${line}`)].join('\n');
  return new TextWidget({ markdown, width: COLUMNS, height: 3 + Math.ceil(contacts.length / 2) });
}

function headline({ name, databases, notifications }: Settings): string {
  const count = Object.keys(databases).length;
  const shown = count > DATABASES_SHOWN ? `, the first ${DATABASES_SHOWN} of them below` : '';
  const links = (Object.keys(ALARMS) as AlarmName[]).map(
    (alarm) => `[${alarm}](${runbookLink(notifications.runbookUrl, alarm)})`,
  );
  return `# Backups of ${name}\n${count} databases${shown}. What to do when an alarm comes: ${links.join(', ')}.`;
}

function groupsOf<T>(all: readonly T[], size: number): T[][] {
  const groups = Math.ceil(all.length / size);
  return Array.from({ length: groups }, (_, index) => all.slice(index * size, (index + 1) * size));
}
