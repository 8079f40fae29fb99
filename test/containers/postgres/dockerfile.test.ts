/** The Dockerfile keeps what task definitions and operators rely on. `npm run image` builds it and looks at the image. */
import path from 'node:path';
import { ENVIRONMENT } from '../../../lib/contract/environment';
import {
  AUTHORITIES_FILE,
  IMAGE_BUILD_ARGUMENTS,
  IMAGE_USER,
  TASK_DOCKERFILE,
  WRITABLE_FOLDERS,
} from '../../../lib/contract/task-image';
import { read, tableRows } from '../../docs/markdown';
import { parseDockerfile, readDockerfile, textsOf, type BuildStage, type Dockerfile } from './dockerfile';

const ROOT = path.resolve(__dirname, '../../..');
const dockerfile = readDockerfile(path.join(ROOT, TASK_DOCKERFILE));
const image = dockerfile.stages.at(-1)!;

/** Images that the stages begin with, by the defaults of the arguments; other stages are none. */
function foreignBases({ globalArguments, stages }: Dockerfile): string[] {
  const resolved = (text: string) =>
    text.replace(/\$\{(\w+)\}/g, (_, name: string) => globalArguments[name] ?? '');
  const names = stages.map(({ name }) => name);
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

test('the image runs as the user that owns its volumes, and never as root', () => {
  expect(textsOf(image, 'USER')).toEqual([IMAGE_USER]);
  expect(image.instructions.findIndex(({ name }) => name === 'USER')).toBeGreaterThan(
    image.instructions.findLastIndex(({ name }) => ['RUN', 'COPY', 'ADD'].includes(name)),
  );
  const [uid] = IMAGE_USER.split(':');
  expect(textsOf(image, 'RUN').join('\n')).toContain(`useradd --uid ${uid} --user-group `);
});

test('each place that is written to is a volume of that user', () => {
  expect((JSON.parse(textsOf(image, 'VOLUME').join('')) as string[]).sort()).toEqual(
    Object.values(WRITABLE_FOLDERS).sort(),
  );
  expect(volumesOfOthers(image)).toEqual([]);
  expect(textsOf(image, 'ENV').join(' ')).toContain(`${ENVIRONMENT.scratch}=${WRITABLE_FOLDERS.scratch}`);
});

test('a volume of root is found', () => {
  const stage = parseDockerfile('FROM x\nRUN install --directory /scratch\nVOLUME ["/scratch"]').stages[0]!;
  expect(volumesOfOthers(stage)).toEqual(['/scratch']);
});

test('the program is started without a shell in between, and gets the stop signal', () => {
  expect(textsOf(image, 'STOPSIGNAL')).toEqual(['SIGTERM']);
  for (const name of ['ENTRYPOINT', 'CMD']) {
    const words = JSON.parse(textsOf(image, name).join('')) as string[];
    expect(words.filter((word) => /sh$/.test(word))).toEqual([]);
  }
  const [program] = JSON.parse(textsOf(image, 'ENTRYPOINT').join('')) as string[];
  expect(textsOf(image, 'COPY').join('\n')).toContain(program);
});

test('the build takes the arguments that synthesis gives, each where it is used', () => {
  const { postgresMajor, authorities, authoritiesPem } = IMAGE_BUILD_ARGUMENTS;
  expect(dockerfile.globalArguments[authorities]).toBe('system');
  expect(textsOf(image, 'ARG')).toContain(`${postgresMajor}=17`);
  const own = dockerfile.stages.find(({ name }) => name === 'authorities-own')!;
  expect(textsOf(own, 'ARG')).toEqual([authoritiesPem]);
});

test('docs/image.md lists every argument of the build, and no other', () => {
  const listed = tableRows(read('docs/image.md'), 'Arguments of the build').map(([name = '']) => name);
  const known = [
    ...Object.keys(dockerfile.globalArguments),
    ...dockerfile.stages.flatMap((stage) => textsOf(stage, 'ARG')).map((text) => text.replace(/=.*/, '')),
  ];
  expect(listed.sort()).toEqual(known.map((name) => `\`${name}\``).sort());
});

test('the authorities of each kind lie where PGSSLROOTCERT will say', () => {
  const { dir, base } = path.posix.parse(AUTHORITIES_FILE);
  for (const kind of ['rds', 'own']) {
    const stage = dockerfile.stages.find(({ name }) => name === `authorities-${kind}`)!;
    expect(stage.instructions.map(({ text }) => text).join('\n')).toContain(base);
  }
  expect(dockerfile.stages.map(({ from }) => from)).toContain(
    `authorities-\${${IMAGE_BUILD_ARGUMENTS.authorities}}`,
  );
  expect(textsOf(image, 'COPY')).toContain(`--from=authorities /authorities ${dir}`);
});

test('nothing is fetched but packages and the certificates of RDS', () => {
  const all = dockerfile.stages.flatMap((stage) => stage.instructions);
  const urls = all.flatMap(({ text }) => text.match(/https?:\/\/[^\s"]+/g) ?? []);
  expect(urls).toEqual([
    'https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem',
    'https://apt.postgresql.org/pub/repos/apt',
  ]);
});
