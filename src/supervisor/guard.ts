import { spawn } from 'node:child_process';
import { harmlessEnvironment } from './harmless-environment.ts';

/**
 * Waits for the end of its standard input, which comes when the parent is gone in any way. Then sends the signal if the
 * process is still the same. Uses sh, because a second Node.js process would cost 40 MB.
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
 * Ends a process that does not watch its parent, such as a database server, when this process dies, even by SIGKILL.
 * Disposal removes the guard without touching the process.
 */
export function guard(pid: number, signal: NodeJS.Signals): Disposable {
  const guardian = spawn('/bin/sh', ['-c', script, 'sh', String(pid), signal.replace(/^SIG/, '')], {
    // In its own session: the terminal's Ctrl-C would otherwise end it together with the process it watches.
    detached: true,
    env: harmlessEnvironment(),
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // Without a guard, the process only outlives a killed parent until the next start finds it.
  guardian.on('error', () => undefined);
  guardian.stdin.on('error', () => undefined);
  return {
    [Symbol.dispose]() {
      guardian.kill('SIGKILL');
    },
  };
}
