/** The AWS emulator (moto) on a free port of the loopback interface. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { eventually, freePort, startServer } from './spawn';

export interface Emulator {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** For the SDK's clients. */
export function clientOptions(endpoint: string) {
  const credentials = { accessKeyId: 'testing', secretAccessKey: 'testing' };
  return { endpoint, region: 'eu-central-1', credentials };
}

/** A Python that can import moto: the one bin/setup made, or the machine's. */
export function pythonWithMoto(): string {
  const own = path.resolve(__dirname, '../../.tools/moto/bin/python');
  return existsSync(own) ? own : 'python3';
}

export async function startEmulator(): Promise<Emulator> {
  const port = await freePort();
  const server = startServer(
    execFileSync(pythonWithMoto(), ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).trim(),
    [path.join(__dirname, 'emulator.py'), String(port)],
  );
  const endpoint = `http://127.0.0.1:${port}`;
  await eventually('the AWS emulator answers', async () => {
    const response = await fetch(`${endpoint}/moto-api/`);
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
  }).catch((error: unknown) => {
    throw new Error(server.output(), { cause: error });
  });
  return { endpoint, stop: () => server.stop() };
}
