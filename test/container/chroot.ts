import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram } from '../deployment/programs.ts';

const programs = ['debootstrap', 'unshare', 'setpriv', 'nsenter', 'pivot_root'];
const lacking = [
  ...(process.platform === 'linux' && process.getuid?.() === 0 ? [] : ['root on Linux']),
  ...programs.filter((name) => findProgram(name) === null),
];

/** Whether the image can be built and run here. */
export const hasChroot = lacking.length === 0;
if (!hasChroot) {
  const message = `The tests of the container image were SKIPPED: they need ${lacking.join(', ')}.`;
  if (process.env.CONTAINER_TESTS === 'required') throw new Error(message);
  console.warn(message);
}

export interface Mount {
  source: string;
  target: string;
}

/** A root folder as container engines make it: a base that stays as it is, under a layer with what was changed. */
export interface Layered {
  base: string;
  layer: string;
}

/** What a program in a root folder sees and may do. */
export interface Surroundings {
  root: Layered | string;
  workdir: string;
  env: Record<string, string>;
  user: { uid: number; gid: number };
  /** Whether it can write to its mounts only. */
  isReadOnly?: boolean;
  /** Folders or files of the machine that it sees at other paths. */
  mounts?: Mount[];
  /** Paths of empty folders in memory, mounted with the options of Docker. */
  tmpfs?: string[];
  /** The capabilities that it can gain; null: all. It can never gain them as an ordinary user. */
  capabilities?: string[] | null;
}

const devices = ['full', 'null', 'random', 'tty', 'urandom', 'zero'];

/** Returns the commands that make a root folder the root of this process's namespaces, as container engines do. */
function enter({ root: given, workdir, isReadOnly = false, mounts = [], tmpfs = [] }: Surroundings): string[] {
  const root = typeof given === 'string' ? given : mergedOf(given);
  const place = (path: string) => quote(join(root, path));
  return [
    'set -e',
    mountRoot(given, isReadOnly),
    `mount -t proc proc ${place('proc')}`,
    `mount -t tmpfs -o nosuid,mode=755 tmpfs ${place('dev')}`,
    ...devices.map((name) => `: >${place(`dev/${name}`)}; mount --bind /dev/${name} ${place(`dev/${name}`)}`),
    `ln -s /proc/self/fd ${place('dev/fd')}`,
    ...tmpfs.map((path) => `mount -t tmpfs -o rw,noexec,nosuid,nodev,mode=1777 tmpfs ${place(path)}`),
    ...mounts.map(({ source, target }) => `mount --bind ${quote(source)} ${place(target)}`),
    `cd ${quote(root)}`,
    'pivot_root . .',
    'umount -l .',
    `cd ${quote(workdir)}`,
  ];
}

/** Creates the folders of a layer. */
export function createLayer(base: string, layer: string): Layered {
  for (const each of [changesOf({ base, layer }), workOf({ base, layer }), mergedOf({ base, layer })]) {
    mkdirSync(each, { recursive: true });
  }
  return { base, layer };
}

/** The folder with the changes of a layer. While no program runs in it, files can be added here. */
export const changesOf = ({ layer }: Layered) => join(layer, 'changes');
const workOf = ({ layer }: Layered) => join(layer, 'work');
const mergedOf = ({ layer }: Layered) => join(layer, 'merged');

function mountRoot(root: Layered | string, isReadOnly: boolean): string {
  if (typeof root === 'string') return `mount --bind ${quote(root)} ${quote(root)}`;
  // Programs may share a read-only root.
  const layers = `lowerdir=${changesOf(root)}:${root.base}`;
  if (isReadOnly) return `mount -t overlay -o ro,${quote(layers)} overlay ${quote(mergedOf(root))}`;
  const options = `lowerdir=${root.base},upperdir=${changesOf(root)},workdir=${workOf(root)}`;
  return `mount -t overlay -o ${quote(options)} overlay ${quote(mergedOf(root))}`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Returns the command that takes on a user, as container engines do. */
function become({ user, capabilities = null }: Surroundings): string[] {
  if (capabilities === null) return [];
  const bounding = ['-all', ...capabilities.map((name) => `+${name.toLowerCase()}`)].join();
  // A change of the user undoes what --kill-child has set.
  const identity = [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups', '--pdeathsig=KILL'];
  return ['setpriv', ...identity, '--no-new-privs', '--inh-caps=-all', `--bounding-set=${bounding}`];
}

export interface Running extends AsyncDisposable {
  readonly child: ChildProcess;
  /** Standard output and standard error so far. */
  readonly output: () => string;
  /** Resolves with the exit code. */
  readonly ended: Promise<number | NodeJS.Signals>;
  /** Resolves as soon as the output matches; rejects if the program ends before. */
  prints(pattern: RegExp): Promise<void>;
  /** The id of the program's process outside its namespaces. */
  pid(): number;
}

/**
 * Runs a program as process 1 of namespaces of its own, in a root folder. When it ends, and when this process ends, so do
 * all its processes and mounts.
 */
export function runIn(surroundings: Surroundings, command: string[]): Running {
  const script = [...enter(surroundings), 'exec "$@"'].join('\n');
  const namespaces = ['unshare', '--mount', '--pid', '--ipc', '--uts', '--fork', '--kill-child=KILL'];
  const args = ['--pdeathsig=KILL', ...namespaces, '/bin/sh', '-c', script, 'sh', ...become(surroundings), ...command];
  return follow(spawn('setpriv', args, { env: surroundings.env, stdio: ['ignore', 'pipe', 'pipe'] }));
}

/** Runs another program beside a running one, as `docker exec` does. */
export function runBeside(running: Running, surroundings: Surroundings, command: string[]): Running {
  const namespaces = ['--mount', '--pid', '--ipc', '--uts', '--root', `--wdns=${surroundings.workdir}`];
  const args = [`--target=${running.pid()}`, ...namespaces, '--', ...become(surroundings), ...command];
  return follow(spawn('nsenter', args, { env: surroundings.env, stdio: ['ignore', 'pipe', 'pipe'] }));
}

/** Runs a program of the machine itself whose mounts must not outlive it. */
export function runOutside(command: string[], env = process.env): Running {
  const namespaces = ['unshare', '--mount', '--pid', '--mount-proc', '--fork', '--kill-child=KILL'];
  return follow(
    spawn('setpriv', ['--pdeathsig=KILL', ...namespaces, ...command], { env, stdio: ['ignore', 'pipe', 'pipe'] }),
  );
}

/** Waits for a program; throws with its output if it fails. */
export async function succeed(running: Running): Promise<string> {
  const code = await running.ended;
  if (code !== 0) throw new Error(`${running.child.spawnargs.join(' ')} ended with ${code}:\n${running.output()}`);
  return running.output();
}

function follow(child: ChildProcess): Running {
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      child.emit('output');
    });
  }
  const ended = once(child, 'close').then(([code, signal]) => code ?? signal);
  return {
    child,
    output: () => output,
    ended,
    async prints(pattern) {
      while (!pattern.test(output)) {
        const isOver = await Promise.race([once(child, 'output').then(() => false), ended.then(() => true)]);
        if (isOver && !pattern.test(output)) throw new Error(`it ended without printing ${pattern}:\n${output}`);
      }
    },
    pid() {
      const path = `/proc/${child.pid}/task/${child.pid}/children`;
      const children = existsSync(path) ? readFileSync(path, 'utf8').trim().split(' ') : [];
      if (children.length !== 1 || children[0] === '') throw new Error(`it does not run:\n${output}`);
      return Number(children[0]);
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
