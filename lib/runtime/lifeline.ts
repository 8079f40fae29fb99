/**
 * Starts a server so that it ends with us, also where we are killed: nobody can clean up after SIGKILL. We hold one end of a
 * pipe, and a small helper of the shell reads the other; it ends when the last holder is gone, and then the server gets its
 * signal. The server itself replaces the shell: it is our own child, with its own exit code.
 */

/**
 * The helper is no child of the server, which would be surprised by it: the shell in between waits for the inner one only
 * until that has left it. It hears none of the signals that end the group, and holds none of the server's outputs.
 */
const SCRIPT = `
signal=$1; shift
exec 3<&0 </dev/null
(
  trap '' INT QUIT TERM
  { while read -r _; do :; done; kill -s "$signal" $$; } <&3 >/dev/null 2>&1 &
)
exec "$@" 3<&-`;

interface Command {
  readonly command: string;
  readonly args: readonly string[];
}

/** The command that starts `command` so; its input must be a pipe that we hold open and never write to. */
export function withLifeline({ command, args }: Command, signal: NodeJS.Signals): Command {
  return {
    command: '/bin/sh',
    args: ['-c', SCRIPT, 'lifeline', signal.replace(/^SIG/, ''), command, ...args],
  };
}
