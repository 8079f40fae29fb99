/** Roles and tablespaces: outside every database, so outside its dump. Without passwords. */
import { messageOf } from '../../contract/failure';
import { runProgram } from '../../runtime/child-process';
import { libpqEnvironment, type ConnectionTarget } from '../connection';
import type { Toolchain } from '../toolchain';

const TIMEOUT_MS = 120_000;

/** @returns the SQL, or why there is none: a provider may refuse it, and a backup without it is still a backup */
export async function dumpGlobals(
  target: ConnectionTarget,
  toolchain: Toolchain,
  signal: AbortSignal,
): Promise<{ readonly sql: string } | { readonly refused: string }> {
  try {
    const sql = await runProgram({
      command: toolchain.path('pg_dumpall'),
      args: [
        '--globals-only',
        '--no-role-passwords',
        '--no-password',
        '--no-sync',
        `--database=${target.database}`,
      ],
      env: await libpqEnvironment(target),
      signal,
      stall: { timeoutMs: TIMEOUT_MS },
    });
    return { sql };
  } catch (error) {
    signal.throwIfAborted();
    return { refused: messageOf(error) };
  }
}
