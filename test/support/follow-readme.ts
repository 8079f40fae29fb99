/** Does what a recovery point's README says. */
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { run } from './spawn';

export function commandsOf(readme: string): string[] {
  return readme.split('\n').flatMap((line) => (line.startsWith('    ') ? [line.trim()] : []));
}

/**
 * Runs the commands as they stand, but for the value of a variable that the text declares itself.
 * @param folder the empty folder to go to
 * @param server URL of any database on the server
 * @returns URL of the restored database
 */
export async function followReadme(
  readme: string,
  folder: string,
  server: URL,
  environment: Record<string, string> = {},
): Promise<string> {
  const database = `readme_${randomBytes(5).toString('hex')}`;
  const script = commandsOf(readme).map((line) => line.replace(/^DATABASE=.*/, `DATABASE=${database}`));
  await run('bash', ['-e', '-c', script.join('\n')], {
    cwd: folder,
    env: {
      PATH: `${path.resolve(__dirname, '../fixtures/bin')}:${process.env['PATH'] ?? ''}`,
      PGHOST: server.hostname,
      PGPORT: server.port,
      PGUSER: server.username,
      ...environment,
    },
  });
  const restored = new URL(server);
  restored.pathname = `/${database}`;
  return restored.toString();
}
