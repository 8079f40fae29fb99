/** A system at work: a database that changes, is backed up and drilled by the deployed tasks, and is filled anew for each disaster. */
import assert from 'node:assert/strict';
import path from 'node:path';
import type { Manifest } from '../../../lib/contract/manifest';
import {
  BACKUP_CONTAINER,
  backupTaskFamily,
  DRILL_CONTAINER,
  drillTaskFamily,
} from '../../../lib/contract/names';
import { query, type Cluster } from '../../support/postgres-cluster';
import { fillDatabase } from '../fill-database';
import { auditLedger, Writer } from '../ledger';
import type { Report } from '../report';
import { DATABASE, INSTALLATION, OTHER_DATABASE, type Scene } from '../scene';
import type { Stage } from '../stage';

const TEMPLATE = 'template_of_the_shop';
/** So long the shop is changed before and after a backup. */
const CHANGES = 200;

export class RunningShop {
  /** Of the newest point. */
  manifest!: Manifest;
  manifestKey!: string;
  /** Id of the newest one that a drill has proven. */
  provenPoint = '';

  private constructor(
    readonly scene: Scene,
    readonly report: Report,
    private readonly stage: Stage,
  ) {}

  static async build(scene: Scene, stage: Stage, report: Report, megabytes: number): Promise<RunningShop> {
    await fillDatabase(scene.cluster, TEMPLATE, megabytes);
    return new RunningShop(scene, report, stage);
  }

  /** A folder that goes with the rehearsal. */
  readonly folderFor = (name: string): string => path.join(this.stage.folder, name);

  /** Another server, which goes with the rehearsal. */
  async rent(starting: Promise<Cluster>): Promise<Cluster> {
    await this.stage.use(starting.then((cluster) => ({ stop: () => cluster.kill() })));
    return starting;
  }

  get url(): string {
    return this.at(DATABASE);
  }

  at(database: string): string {
    return this.scene.cluster.url(database);
  }

  /** As if it had run for months: filled, changing, backed up and proven. */
  async open(): Promise<void> {
    const { scene } = this;
    const old = await query(
      scene.cluster.url(),
      `SELECT datname FROM pg_database WHERE datname ~ '^(shop|billing)'`,
    );
    for (const { datname } of old)
      await query(scene.cluster.url(), `DROP DATABASE ${String(datname)} WITH (FORCE)`);
    for (const name of [DATABASE, OTHER_DATABASE])
      await query(scene.cluster.url(), `CREATE DATABASE ${name} TEMPLATE ${TEMPLATE}`);
    await this.change();
    await this.backUp();
    await scene.fargate.run(drillTaskFamily(INSTALLATION, DATABASE), DRILL_CONTAINER, {
      command: ['drill', 'newest'],
    });
    this.provenPoint = this.manifest.id;
    await this.change();
  }

  async backUp(): Promise<void> {
    await this.scene.fargate.run(backupTaskFamily(INSTALLATION, DATABASE), BACKUP_CONTAINER);
    const { stdout } = await this.scene.operator.quietly([
      'show',
      'newest',
      '--database',
      DATABASE,
      '--json',
    ]);
    const { manifest, key } = JSON.parse(stdout) as { manifest: Manifest; key: string };
    [this.manifest, this.manifestKey] = [manifest, key];
  }

  /** Orders come in. */
  async change(): Promise<void> {
    const writer = await this.stage.use(Writer.start(this.url));
    while (writer.changes < CHANGES) await new Promise((resolve) => setTimeout(resolve, 10));
    await writer.stop();
  }

  /** Transfers of a ledger that balances. @throws Error where it does not */
  transfers(database = DATABASE): Promise<number> {
    return auditLedger(this.at(database));
  }

  async exists(database: string): Promise<boolean> {
    const found = await query(this.at('postgres'), `SELECT FROM pg_database WHERE datname = '${database}'`);
    return found.length > 0;
  }

  /** Of the newest point: a restore of it has at least as many, because the writer was at work before. */
  async demandRestored(database: string, atMost: number): Promise<void> {
    const transfers = await this.transfers(database);
    assert.ok(transfers > 0 && transfers <= atMost, `${database} has ${transfers} transfers.`);
  }
}
