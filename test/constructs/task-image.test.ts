import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { buildSync } from 'esbuild';
import { taskArchitecture, taskImage, trustedAuthorities } from '../../lib/constructs/task-image';
import { computeSchema } from '../../lib/settings/platform-schema';
import { newApp } from '../support/synthesize';

const ROOT = path.resolve(__dirname, '../..');
const compute = computeSchema.parse({});

interface ImageSource {
  readonly directory: string;
  readonly dockerFile: string;
  readonly dockerBuildTarget: string;
  readonly dockerBuildArgs: Readonly<Record<string, string>>;
  readonly platform: string;
}

/** What `cdk deploy` gives to Docker. */
function built(changes: Partial<Parameters<typeof taskImage>[2]> = {}) {
  const app = newApp();
  const stack = new Stack(app, 'test');
  taskImage(stack, 'Image', { compute, major: 17, authorities: 'system', ...changes });
  const { directory } = app.synth();
  const manifest = readFileSync(path.join(directory, 'test.assets.json'), 'utf8');
  const { dockerImages } = JSON.parse(manifest) as { dockerImages: Record<string, { source: ImageSource }> };
  const [[hash, { source }]] = Object.entries(dockerImages) as [[string, { source: ImageSource }]];
  return { hash, source, folder: path.join(directory, source.directory) };
}

test('the image is built from the Dockerfile with the client programs of the major version', () => {
  const { source, folder } = built({ major: 16 });
  expect(existsSync(path.join(folder, source.dockerFile))).toBe(true);
  expect(source.dockerBuildTarget).toBe('tasks');
  expect(source.dockerBuildArgs).toEqual({ POSTGRES_MAJOR: '16', AUTHORITIES: 'system' });
});

test('the image of drills is built from the same Dockerfile, on the image that has the extensions', () => {
  const base = `docker.io/pgvector/pgvector@sha256:${'0'.repeat(64)}`;
  const { source } = built({ program: 'drill', base });
  expect(source.dockerBuildTarget).toBe('drill');
  expect(source.dockerBuildArgs).toEqual({ POSTGRES_MAJOR: '17', AUTHORITIES: 'system', DRILL_IMAGE: base });
  expect(built({ program: 'drill' }).source.dockerBuildArgs).not.toHaveProperty('DRILL_IMAGE');
});

test('the build gets every module that the program is made of', () => {
  const { folder } = built();
  const entryPoints = [path.join(ROOT, 'containers/postgres/main.ts')];
  const { metafile } = buildSync({
    entryPoints,
    absWorkingDir: ROOT,
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    packages: 'external',
  });
  const needed = Object.keys(metafile.inputs);
  expect(needed.length).toBeGreaterThan(50);
  expect(needed.filter((file) => !existsSync(path.join(folder, file)))).toEqual([]);
});

test('the build gets nothing else: tests, docs and infrastructure change no image', () => {
  const { folder } = built();
  expect(readdirSync(folder).sort()).toEqual(
    expect.arrayContaining(['containers', 'lib', 'package-lock.json', 'package.json', 'tsconfig.json']),
  );
  for (const name of [
    'test',
    'docs',
    'examples',
    '.git',
    'node_modules',
    'cdk.out',
    'lib/constructs',
    'lib/stacks',
  ])
    expect(existsSync(path.join(folder, name))).toBe(false);
});

test('another major or other authorities make another image; the same ones the same', () => {
  const { hash } = built();
  expect(built().hash).toBe(hash);
  expect(built({ major: 16 }).hash).not.toBe(hash);
  expect(built({ authorities: 'rds' }).hash).not.toBe(hash);
  expect(built({ program: 'drill' }).hash).not.toBe(hash);
});

test("authorities of one's own go into the build as text, checked to be certificates", () => {
  const file = 'node_modules/tls-own.pem';
  expect(() => built({ authorities: file })).toThrow(/There is no file .*tls-own\.pem of authorities/);
  expect(() => built({ authorities: 'package.json' })).toThrow('package.json holds no certificates');
});

test('the architecture is that of this machine, whose Docker builds, unless the settings say otherwise', () => {
  const mine = process.arch === 'arm64' ? 'linux/arm64' : 'linux/amd64';
  expect(built().source.platform).toBe(mine);
  const other = computeSchema.parse({ architecture: 'arm64' });
  expect(built({ compute: other }).source.platform).toBe('linux/arm64');
  expect(taskArchitecture(other)._cpuArchitecture).toBe('ARM64');
});

test('connections trust the file of the image, or the system', () => {
  expect(trustedAuthorities('system')).toBe('system');
  expect(trustedAuthorities('rds')).toBe('/etc/backstop/authorities.pem');
  expect(trustedAuthorities('certs/ours.pem')).toBe('/etc/backstop/authorities.pem');
});

test('an image that is there already is taken by its digest, and nothing is built', () => {
  const digest = `sha256:${createHash('sha256').update('image').digest('hex')}`;
  const images = { '17': `ghcr.io/acme/backstop@${digest}` };
  const app = newApp();
  const stack = new Stack(app, 'test');
  const taken = taskImage(stack, 'Image', {
    compute: computeSchema.parse({ images }),
    major: 17,
    authorities: 'system',
  });
  expect(taken).toMatchObject({ digest, image: { imageName: images['17'] } });
  const manifest = readFileSync(path.join(app.synth().directory, 'test.assets.json'), 'utf8');
  expect(Object.keys((JSON.parse(manifest) as { dockerImages?: object }).dockerImages ?? {})).toEqual([]);
});
