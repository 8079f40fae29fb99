/** The Dockerfile keeps what task definitions and operators rely on. `npm run image` builds it and looks at the image. */
import path from 'node:path';
import { ENVIRONMENT } from '../../../lib/contract/environment';
import {
  AUTHORITIES_FILE,
  IMAGE_BUILD_ARGUMENTS,
  IMAGE_TARGETS,
  IMAGE_USER,
  TASK_DOCKERFILE,
  WRITABLE_FOLDERS,
} from '../../../lib/contract/task-image';
import { read, tableRows } from '../../docs/markdown';
import { parseDockerfile, readDockerfile, textsOf, type BuildStage, type Dockerfile } from './dockerfile';

const ROOT = path.resolve(__dirname, '../../..');
const dockerfile = readDockerfile(path.join(ROOT, TASK_DOCKERFILE));
const stageNamed = (name: string) => dockerfile.stages.find((stage) => stage.name === name)!;

/** What makes an image: its own stage, and those which its files come from as they are. */
function instructionsOf(target: string): BuildStage {
  const image = stageNamed(target);
  const whole = textsOf(image, 'COPY').map((text) => /^--from=(\w+) \/ \/$/.exec(text)?.[1]);
  const before = whole.flatMap((name) => (name === undefined ? [] : stageNamed(name).instructions));
  return { ...image, instructions: [...before, ...image.instructions] };
}

/** Images that the stages begin with, by the defaults of the arguments; other stages are none, nor is an empty one. */
function foreignBases({ globalArguments, stages }: Dockerfile): string[] {
  const resolved = (text: string) =>
    text.replace(/\$\{(\w+)\}/g, (_, name: string) => globalArguments[name] ?? '');
  const names = ['scratch', ...stages.map(({ name }) => name)];
  return stages.map(({ from }) => resolved(from)).filter((base) => !names.includes(base));
}

/** Volumes that no command before gave to the user. */
function volumesOfOthers(stage: BuildStage): string[] {
  const order = stage.instructions.findIndex(({ name }) => name === 'VOLUME');
  const before = textsOf({ ...stage, instructions: stage.instructions.slice(0, order) }, 'RUN').join('\n');
  const volumes = JSON.parse(textsOf(stage, 'VOLUME').join('')) as string[];
  return volumes.filter((folder) => {
    const made = new RegExp(
      `install --directory --owner=backstop --group=backstop --mode=0700 ${folder}( |$)`,
      'm',
    );
    const given = new RegExp(`chown backstop:backstop ${folder} && chmod 0700 ${folder}( |$)`, 'm');
    return !made.test(before) && !given.test(before);
  });
}

test('each base image is pinned by its digest, and can be another', () => {
  expect(foreignBases(dockerfile).length).toBeGreaterThan(2);
  for (const base of foreignBases(dockerfile))
    expect(base).toMatch(/^docker\.io\/.+:.+@sha256:[0-9a-f]{64}$/);
  const byArgument = dockerfile.stages.filter(({ from }) => /^\$\{(NODE|BASE)_IMAGE\}$/.test(from));
  expect(byArgument).toHaveLength(foreignBases(dockerfile).length);
});

test('a build that names no target makes the image of backups and restores', () => {
  expect(dockerfile.stages.at(-1)?.name).toBe('tasks');
});

describe.each(IMAGE_TARGETS)('the image %s', (target) => {
  const image = instructionsOf(target);

  test('runs as the user that owns its volumes, and never as root', () => {
    expect(textsOf(image, 'USER').at(-1)).toBe(IMAGE_USER);
    expect(image.instructions.findLastIndex(({ name }) => name === 'USER')).toBeGreaterThan(
      image.instructions.findLastIndex(({ name }) => ['RUN', 'COPY', 'ADD'].includes(name)),
    );
    const [uid] = IMAGE_USER.split(':');
    expect(textsOf(image, 'RUN').join('\n')).toContain(`useradd --uid ${uid} --user-group `);
  });

  test('has a volume of that user for each place that is written to', () => {
    expect((JSON.parse(textsOf(image, 'VOLUME').join('')) as string[]).sort()).toEqual(
      Object.values(WRITABLE_FOLDERS).sort(),
    );
    expect(volumesOfOthers(image)).toEqual([]);
    expect(textsOf(image, 'ENV').join(' ')).toContain(`${ENVIRONMENT.scratch}=${WRITABLE_FOLDERS.scratch}`);
  });

  test('starts the program without a shell in between, and it gets the stop signal', () => {
    expect(textsOf(image, 'STOPSIGNAL')).toEqual(['SIGTERM']);
    for (const name of ['ENTRYPOINT', 'CMD']) {
      const words = JSON.parse(textsOf(image, name).join('')) as string[];
      expect(words.filter((word) => /sh$/.test(word))).toEqual([]);
    }
    const [program] = JSON.parse(textsOf(image, 'ENTRYPOINT').join('')) as string[];
    expect(textsOf(image, 'COPY').join('\n')).toContain(program);
  });

  // restored-code.test.ts attacks a program that was started so.
  test('lets nobody with the uid of the program look into it', () => {
    const node = textsOf(image, 'COPY').filter((text) => text.endsWith(' /usr/local/bin/node'));
    expect(node).toEqual([expect.stringMatching(/ --chown=0:0 --chmod=0711 /)]);
    expect(JSON.parse(textsOf(image, 'ENTRYPOINT').join(''))).toContain('--disable-sigusr1');
    expect([...textsOf(image, 'ENV'), ...textsOf(image, 'RUN')].join(' ')).not.toMatch(
      /NODE_OPTIONS|\/usr\/local\/bin\/node/,
    );
  });

  test('has the very program of the other one, and the authorities', () => {
    expect(textsOf(image, 'COPY')).toEqual(
      expect.arrayContaining([
        '--from=program --chown=0:0 --chmod=0711 /usr/local/bin/node /usr/local/bin/node',
        '--from=program /build/main.js /opt/backstop/main.js',
        `--from=authorities /authorities ${path.posix.dirname(AUTHORITIES_FILE)}`,
      ]),
    );
    expect(textsOf(image, 'ENTRYPOINT')).toEqual(textsOf(stageNamed('tasks'), 'ENTRYPOINT'));
  });
});

test('a volume of root is found', () => {
  const stage = parseDockerfile('FROM x\nRUN install --directory /scratch\nVOLUME ["/scratch"]').stages[0]!;
  expect(volumesOfOthers(stage)).toEqual(['/scratch']);
});

test('an image of the settings leaves drills neither its volumes nor its environment', () => {
  expect(stageNamed('server').from).toBe(`\${${IMAGE_BUILD_ARGUMENTS.drillImage}}`);
  expect(stageNamed('drill').from).toBe('scratch');
});

test.each(['has no apt-get', 'has no glibc', 'has no server of PostgreSQL $POSTGRES_MAJOR'])(
  'an image of the settings that %s is refused by a sentence',
  (reason) => {
    expect(textsOf(stageNamed('server'), 'RUN').join('\n')).toMatch(
      new RegExp(`refuse ['"]${reason.replace('$', '\\$')}.*: take `),
    );
  },
);

test('the build takes the arguments that synthesis gives, each where it is used', () => {
  const { postgresMajor, drillImage, authorities, authoritiesPem } = IMAGE_BUILD_ARGUMENTS;
  expect(dockerfile.globalArguments).toMatchObject({
    [authorities]: 'system',
    [postgresMajor]: '17',
    [drillImage]: 'packages',
  });
  expect(textsOf(stageNamed('tasks'), 'ARG')).toEqual([postgresMajor]);
  expect(textsOf(stageNamed('server'), 'ARG')).toEqual([drillImage, postgresMajor]);
  expect(textsOf(stageNamed('authorities-own'), 'ARG')).toEqual([authoritiesPem]);
});

test('docs/image.md lists every argument of the build, and no other', () => {
  const listed = tableRows(read('docs/image.md'), 'Arguments of the build').map(([name = '']) => name);
  const known = [
    ...Object.keys(dockerfile.globalArguments),
    ...dockerfile.stages.flatMap((stage) => textsOf(stage, 'ARG')).map((text) => text.replace(/=.*/, '')),
  ];
  expect(listed.sort()).toEqual([...new Set(known)].map((name) => `\`${name}\``).sort());
});

test('the authorities of each kind lie where PGSSLROOTCERT will say', () => {
  const { dir, base } = path.posix.parse(AUTHORITIES_FILE);
  for (const kind of ['rds', 'own']) {
    expect(
      stageNamed(`authorities-${kind}`)
        .instructions.map(({ text }) => text)
        .join('\n'),
    ).toContain(base);
  }
  expect(dockerfile.stages.map(({ from }) => from)).toContain(
    `authorities-\${${IMAGE_BUILD_ARGUMENTS.authorities}}`,
  );
  expect(textsOf(stageNamed('tasks'), 'COPY')).toContain(`--from=authorities /authorities ${dir}`);
});

test('nothing is fetched but packages and the certificates of RDS', () => {
  const all = dockerfile.stages.flatMap((stage) => stage.instructions);
  const urls = all.flatMap(({ text }) => text.match(/https?:\/\/[^\s"]+/g) ?? []);
  expect(urls).toEqual([
    'https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem',
    'https://apt.postgresql.org/pub/repos/apt',
  ]);
});
