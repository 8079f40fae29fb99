import { startBackstop } from '../support/backstop-cli';

test('whoever stops reading, as head does, ends nothing and is shown no fault', async () => {
  const { child, ended } = startBackstop(['restore', '--help']);
  child.stdout?.destroy();
  expect(await ended).toMatchObject({ exitCode: 0, stderr: '' });
});
