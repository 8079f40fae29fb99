import { examineMachine, type Images } from '../../../lib/operations/doctor/machine';

/** `true` and `false` are programs that answer to anything, well and badly. */
async function examined(images: Partial<Images>, builder = 'true', nodeVersion = '24.21.0') {
  const { PATH, HOME } = process.env;
  const machine = { nodeVersion, architecture: 'x64', environment: { PATH, HOME, CDK_DOCKER: builder } };
  const wanted = { majors: [15, 17], prebuilt: [], architecture: undefined, ...images };
  const examinations = await examineMachine(machine, wanted);
  return Object.fromEntries(examinations.map((each) => [each.check, each]));
}

test.each([
  ['24.21.0', 'ok'],
  ['22.0.0', 'ok'],
  ['20.20.2', 'fault'],
])('Node %s: %s', async (version, outcome) => {
  expect((await examined({}, 'true', version))['Node']).toMatchObject({ area: 'machine', outcome });
});

test.each([
  ['one that answers', 'true', 'ok', 'true is there to build images for PostgreSQL 15, 17'],
  ['one whose daemon is silent', 'false', 'fault', 'false is needed to build images for PostgreSQL 15, 17'],
  ['none', 'no-such-program', 'fault', 'no-such-program is needed'],
])('images are built by the program of CDK_DOCKER: %s', async (_, program, outcome, found) => {
  expect((await examined({}, program))['images']).toMatchObject({
    outcome,
    found: expect.stringContaining(found),
  });
});

test('where every image is there already, or none is needed, nothing must build', async () => {
  expect((await examined({ prebuilt: [15, 17] }, 'false'))['images']).toMatchObject({ outcome: 'ok' });
  expect((await examined({ majors: [] }, 'false'))['images']).toMatchObject({ outcome: 'ok' });
  expect((await examined({ prebuilt: [15] }, 'false'))['images']).toMatchObject({
    outcome: 'fault',
    found: expect.stringContaining('to build images for PostgreSQL 17:'),
  });
});

test.each([
  ['its own', {}, 'ok'],
  ['its own, by name', { architecture: 'x86_64' }, 'ok'],
  ['another one, which must be emulated', { architecture: 'arm64' }, 'warning'],
  ['another one, built elsewhere', { architecture: 'arm64', prebuilt: [15, 17] }, 'ok'],
  ['that of images built elsewhere, which nobody said', { prebuilt: [15] }, 'warning'],
] as const)('the architecture: %s', async (_, images, outcome) => {
  expect((await examined(images))['architecture']).toMatchObject({ outcome });
});
