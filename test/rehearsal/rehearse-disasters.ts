/**
 * `npm run rehearse -- NAME | --all`: brings disasters about on a running installation, recovers by the commands of the
 * runbook, and holds what was measured against the targets of the five systems. Exits with 1 where one is missed.
 */
import { parseArgs } from 'node:util';
import { plainTable } from '../../lib/cli/point-table';
import { humanBytes, humanSeconds } from '../../lib/contract/human';
import { installedMajors } from '../support/find-postgres';
import { DISASTERS } from './disasters/all';
import type { Disaster } from './disasters/disaster';
import { lookAround, rehearseDisaster, type Rehearsed } from './disasters/rehearse-disaster';
import { RunningShop } from './disasters/running-shop';
import { targetsOf } from './disasters/targets';
import { Report } from './report';
import { setScene, startServers } from './scene';
import { Stage } from './stage';
import { withStop } from './stop';

interface Asked {
  readonly disasters: readonly Disaster[];
  readonly megabytes: number;
  readonly major: number;
}

function asked(): Asked {
  const newest = String(installedMajors().at(-1));
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      all: { type: 'boolean', default: false },
      megabytes: { type: 'string', default: '64' },
      postgres: { type: 'string', default: newest },
    },
  });
  const known = DISASTERS.map(({ name }) => name);
  const unknown = positionals.filter((name) => !known.some((each) => each === name));
  if (unknown.length > 0 || (positionals.length === 0 && !values.all))
    throw new Error(
      `${unknown.join(', ') || 'No disaster'} is named; allowed are --all and ${known.join(', ')}.`,
    );
  const megabytes = Number(values.megabytes);
  if (!(megabytes >= 1))
    throw new Error(`--megabytes is ${values.megabytes}; allowed is a number from 1 on.`);
  const disasters = values.all ? DISASTERS : DISASTERS.filter(({ name }) => positionals.includes(name));
  return { disasters, megabytes, major: Number(values.postgres) };
}

async function rehearseAll(
  stage: Stage,
  report: Report,
  { disasters, megabytes, major }: Asked,
): Promise<Rehearsed[]> {
  const shop = await report.step(
    'Deploy an installation and fill its database',
    async () => {
      const scene = await setScene(await startServers(stage, major), stage, report);
      // The program that signs here asks the same KMS.
      Object.assign(process.env, scene.environment);
      return RunningShop.build(scene, stage, report, megabytes);
    },
    () => `PostgreSQL ${major}, ${humanBytes(megabytes * 2 ** 20)}, locked bucket, tasks, keeper`,
  );
  if (disasters === DISASTERS)
    await report.step(
      'Look around',
      () => lookAround(shop),
      (commands) => `${commands} commands of the runbook find no fault`,
    );
  const rehearsed: Rehearsed[] = [];
  for (const disaster of disasters)
    rehearsed.push(
      await report.step(
        disaster.heading,
        () => rehearseDisaster(disaster, shop),
        ({ recoverySeconds, missed }) =>
          missed.length === 0
            ? `recovered in ${humanSeconds(recoverySeconds)}`
            : `TARGET MISSED: ${missed.join('; ')}`,
      ),
    );
  return rehearsed;
}

/** Measured beside promised. */
function table(rehearsed: readonly Rehearsed[], width: number | undefined): string {
  const systems = targetsOf('database-corruption').map(({ system }) => system);
  const targetOf = (system: string) => (row: Rehearsed) => {
    const found = targetsOf(row.disaster.name).find((target) => target.system === system);
    return found === undefined ? '' : `${found.rpoHours} h / ${found.rtoMinutes} min`;
  };
  return plainTable(
    rehearsed,
    [
      { title: 'DISASTER', cell: ({ disaster }: Rehearsed) => disaster.name },
      {
        title: 'LOST (RPO)',
        cell: ({ lossSeconds, disaster }: Rehearsed) =>
          `${humanSeconds(lossSeconds)}${disaster.lossIsTold === true ? ', told' : ''}`,
        align: 'right',
      },
      {
        title: 'RECOVERED (RTO)',
        cell: ({ recoverySeconds }: Rehearsed) => humanSeconds(recoverySeconds),
        align: 'right',
      },
      ...systems.map((system) => ({ title: system.toUpperCase(), cell: targetOf(system) })),
      { title: 'KEPT', cell: ({ missed }: Rehearsed) => (missed.length === 0 ? 'yes' : 'NO') },
    ],
    width,
  );
}

async function main(): Promise<number> {
  const wanted = asked();
  const [stage, report] = [new Stage(), new Report(process.stdout)];
  return withStop(stage, report, async () => {
    const rehearsed = await rehearseAll(stage, report, wanted);
    report.end();
    process.stdout.write(
      `\n${table(rehearsed, process.stdout.isTTY ? process.stdout.columns : undefined)}\n`,
    );
    return rehearsed.every(({ missed }) => missed.length === 0) ? 0 : 1;
  });
}

main().then(
  // Nothing that a stopped step left behind may keep us.
  (exitCode) => process.exit(exitCode),
  (error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exit(1);
  },
);
