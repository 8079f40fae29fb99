import { query } from './postgres-cluster';
import { freshDatabase, sharedMajors, sharedServers } from './shared-servers';

test('the shared servers answer', async () => {
  for (const major of sharedMajors()) {
    const [row] = await query(await freshDatabase(major), 'SHOW server_version_num');
    expect(Math.floor(Number(row?.['server_version_num']) / 10_000)).toBe(major);
  }
  expect((await fetch(`${sharedServers().emulator}/moto-api/`)).ok).toBe(true);
});
