/**
 * `npm run demo`: everything that Backstop promises so far, on this machine alone, with the real programs.
 * Exits with 0 only where each step did exactly what it should.
 */
import { parseArgs } from 'node:util';
import { installedMajors } from '../support/find-postgres';
import { rehearse, type Size } from './rehearse';
import { Report } from './report';
import { Stage } from './stage';
import { withStop } from './stop';

/** One GB, whichever way it is counted. */
const MEGABYTES = '1024';
/** For the usual size, once everything is installed. */
const PROMISED = '3 min on an idle machine of two cores';
async function main(): Promise<number> {
  const size = sizeAsked();
  const [stage, report] = [new Stage(), new Report(process.stdout)];
  return withStop(stage, report, async () => {
    await rehearse(stage, report, size);
    report.end(PROMISED);
    return 0;
  });
}

/** The newest PostgreSQL that is here: from 16 on dumps are compressed with zstd. */
function sizeAsked(): Size {
  const newest = String(installedMajors().at(-1));
  const { values } = parseArgs({
    options: {
      megabytes: { type: 'string', default: MEGABYTES },
      postgres: { type: 'string', default: newest },
    },
  });
  const megabytes = Number(values.megabytes);
  if (!(megabytes >= 1))
    throw new Error(`--megabytes is ${values.megabytes}; allowed is a number from 1 on.`);
  return { megabytes, major: Number(values.postgres) };
}

main().then(
  // Nothing that a stopped step left behind may keep us.
  (exitCode) => process.exit(exitCode),
  (error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exit(1);
  },
);
