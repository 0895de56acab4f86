import { spawn } from 'node:child_process';

/**
 * Waits for the end of its standard input, which comes when the parent is gone however it ended, and then sends the signal
 * if the process is still the one it was. In sh, as a second Node.js process would cost 40 MB for nothing.
 */
const script = `
started() {
  if [ -d /proc/self ]; then sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20
  else ps -o lstart= -p "$1"
  fi
}
before=$(started "$1")
while read -r _; do :; done
[ -n "$before" ] && [ "$(started "$1")" = "$before" ] && kill -s "$2" "$1"
`;

/**
 * Makes a process that knows nothing of its parent, such as a database server, end when this process dies, even by
 * SIGKILL. Disposing takes the guard away without touching the process.
 */
export function guard(pid: number, signal: NodeJS.Signals): Disposable {
  const guardian = spawn('/bin/sh', ['-c', script, 'sh', String(pid), signal.replace(/^SIG/, '')], {
    // In a session of its own, or the terminal's Ctrl-C would end it together with what it watches.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // Without a guard the process merely outlives a killed parent until the next start finds it.
  guardian.on('error', () => undefined);
  guardian.stdin.on('error', () => undefined);
  return {
    [Symbol.dispose]() {
      guardian.kill('SIGKILL');
    },
  };
}
