/** The machine that deploys: it synthesizes the stacks and builds the images. */
import { messageOf } from '../../contract/failure';
import { runProgram } from '../../runtime/child-process';
import { examinationsOf, type Examination } from './examination';

export interface Machine {
  /** For example `24.21.0`. */
  readonly nodeVersion: string;
  /** `arm64` or `x64`, as Node says it. */
  readonly architecture: string;
  readonly environment: NodeJS.ProcessEnv;
}

export interface Images {
  /** Majors of PostgreSQL that tasks need. */
  readonly majors: readonly number[];
  /** Those among them whose image is there already. */
  readonly prebuilt: readonly number[];
  /** undefined: that of the machine. */
  readonly architecture: 'arm64' | 'x86_64' | undefined;
}

const NODE_MAJOR_MIN = 22;
const FEW_SECONDS = 20_000;
const machine = examinationsOf({ area: 'machine' });

export async function examineMachine(
  { nodeVersion, architecture, environment }: Machine,
  images: Images,
): Promise<Examination[]> {
  const built = images.majors.filter((major) => !images.prebuilt.includes(major));
  return [
    nodeOf(nodeVersion),
    built.length === 0
      ? machine.ok('images', images.majors.length === 0 ? 'none is needed' : 'all are there already')
      : await builderOf(built, environment),
    architectureOf(architecture === 'x64' ? 'x86_64' : architecture, images, built.length > 0),
  ];
}

function nodeOf(version: string): Examination {
  return Number.parseInt(version, 10) >= NODE_MAJOR_MIN
    ? machine.ok('Node', version)
    : machine.fault('Node', `${version}; ${NODE_MAJOR_MIN} or newer is needed`, 'Run: npm run setup');
}

/** The CDK builds with the program that CDK_DOCKER names. */
async function builderOf(majors: readonly number[], environment: NodeJS.ProcessEnv): Promise<Examination> {
  const program = environment['CDK_DOCKER'] ?? 'docker';
  const wanted = `to build images for PostgreSQL ${majors.join(', ')}`;
  try {
    const { HOME = '', PATH = '', DOCKER_HOST } = environment;
    await runProgram({
      command: program,
      args: ['version'],
      env: { HOME, PATH, ...(DOCKER_HOST === undefined ? {} : { DOCKER_HOST }) },
      stall: { timeoutMs: FEW_SECONDS },
    });
    return machine.ok('images', `${program} is there ${wanted}`);
  } catch (error) {
    return machine.fault(
      'images',
      `${program} is needed ${wanted}: ${messageOf(error)
        .split('\n')
        .map((line) => line.trim())
        .join(' ')}`,
      'Start it, name another one in CDK_DOCKER (finch, podman), or give images that are there already in compute.images and compute.drillImages.',
    );
  }
}

function architectureOf(
  own: string,
  { architecture, majors, prebuilt }: Images,
  builds: boolean,
): Examination {
  if (architecture === undefined && prebuilt.length > 0)
    return machine.warning(
      'architecture',
      `${own}, that of this machine, for images that were built elsewhere`,
      'Say compute.architecture: tasks that run on another one do not start.',
    );
  if (builds && architecture !== undefined && architecture !== own)
    return machine.warning(
      'architecture',
      `${architecture} is built on ${own}`,
      'Leave compute.architecture out, or have the builder emulate it: docker run --privileged --rm tonistiigi/binfmt --install all',
    );
  return machine.ok('architecture', majors.length === 0 ? own : (architecture ?? own));
}
