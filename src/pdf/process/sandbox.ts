import { writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import type { SandboxLevel } from '../model/sandbox.ts';
import { scratchFiles } from '../model/scratch-files.ts';
import { memoryFlags, type Program, permissionFlags } from './program.ts';
import { messagesFd } from './protocol.ts';
import { inside, type SandboxRoot } from './sandbox-root.ts';
import type { Workspace } from './workspace.ts';

/** A way to separate extractor processes from the rest of the machine. */
export interface Sandbox {
  level: SandboxLevel;
  /** Whether its processes run as a user of their own, which only root can arrange. */
  hasUser: boolean;
}

/** The ways to try on this machine, the strongest first. Only a start shows whether one works. */
export function possibleSandboxes(mode: 'auto' | 'off'): [Sandbox, ...Sandbox[]] {
  if (mode === 'off') return [{ level: 'OFF', hasUser: false }];
  const own: Sandbox = { level: 'NAMESPACES', hasUser: false };
  const last: Sandbox = { level: 'PROCESS', hasUser: false };
  if (process.platform !== 'linux') return [last];
  if (process.getuid?.() !== 0) return [own, last];
  // Where the files of the program are closed to other users, root stays itself in a user namespace.
  return [{ level: 'NAMESPACES', hasUser: true }, own, { level: 'USER', hasUser: true }, last];
}

export interface Launch {
  program: Program;
  workspace: Workspace;
  /** The user of the process, if it is not the worker's. */
  user: number | null;
  root: SandboxRoot;
  /** Folders that it may read besides its program. */
  readable: readonly string[];
  memoryBytes: number;
  /** Maximum size of each file that it writes, in bytes. */
  fileBytes: number;
}

/** A command that starts an extractor. */
export interface Start {
  command: string;
  args: string[];
  env: Record<string, string>;
  /** The paths of the document and of the scratch folder, as the extractor sees them. */
  document: string;
  scratch: string;
}

/** Maximum number of open files of a process. */
const maxFiles = 1_024;
/** Maximum number of processes and threads of its user. */
const maxProcesses = 128;

/** Whether Linux counts the processes of a user in each user namespace on its own, as since version 5.14. */
function countsByNamespace(): boolean {
  const [major = 0, minor = 0] = release()
    .split('.')
    .map((part) => Number.parseInt(part, 10));
  return major > 5 || (major === 5 && minor >= 14);
}

/** Nothing of the worker's environment is passed on. */
const environment = {
  // Two arenas of glibc keep less freed memory.
  MALLOC_ARENA_MAX: '2',
  PATH: '/usr/sbin:/usr/bin:/sbin:/bin:/run/current-system/sw/bin',
  // Its user has no entry in any list of users.
  HOME: '/',
  NODE_CHANNEL_FD: String(messagesFd),
  NODE_CHANNEL_SERIALIZATION_MODE: 'json',
};

/** The tool that takes privileges away last, inside the sandbox. */
export function lastTool(): string[] {
  return environment.PATH.split(':').map((folder) => join(folder, 'setpriv'));
}

/** If memory runs out, Linux ends extractors before anything else. */
const dieFirst = 'echo 1000 2>/dev/null >/proc/self/oom_score_adj';

/** Closes what the worker may have inherited from its shell. Shells know descriptors of one digit only. */
const closeOthers = 'exec 5>&- 6>&- 7>&- 8>&- 9>&-';

/**
 * Runs as the first process of its namespaces, with privileges that the extractor lacks: therefore the extractor can
 * neither signal it nor outlive it. Mounts the extractor's files, and ends with the extractor's exit code.
 */
const firstProcess = `${dieFirst}; ${closeOthers}; mount -a -T "$1" || exit 97; shift; "$@"; exit $?`;

/** Returns the command that starts an extractor in a sandbox. */
export function startIn({ level, hasUser }: Sandbox, launch: Launch): Start {
  const { program, workspace, root, readable, memoryBytes } = launch;
  const { document, scratch } = workspace;
  const node = [process.execPath, ...memoryFlags(memoryBytes)];
  const env = environment;
  const outside = { env, document, scratch };
  if (level === 'OFF') {
    const [command = process.execPath, ...args] = [...node, program.script];
    return { command, args, ...outside };
  }
  if (level === 'NAMESPACES') {
    const fstab = join(workspace.folder, 'fstab');
    writeFileSync(fstab, root.fstab(workspace.input, scratch, Object.values(scratchFiles)));
    const kinds = ['--mount', '--pid', '--net', '--ipc', '--uts', ...(hasUser ? [] : ['--user', '--map-root-user'])];
    const entered = ['setsid', ...limits(launch), 'chroot', root.path, ...privileges(launch), ...node];
    const first = ['/bin/sh', '-c', firstProcess, 'sh', fstab, ...entered, program.script];
    // Linux kills each process of this chain with its parent, even if the worker is killed.
    const args = ['--pdeathsig', 'KILL', 'unshare', ...kinds, '--fork', '--kill-child=KILL', ...first];
    const paths = { document: join(inside.input, 'document.pdf'), scratch: inside.scratch };
    return { command: 'setpriv', args, env, ...paths };
  }
  const writable = Object.values(scratchFiles).map((name) => join(scratch, name));
  const allowed = permissionFlags(program, [...readable, workspace.input], writable);
  const run = [...(level === 'USER' ? [...limits(launch), ...privileges(launch)] : []), ...node, ...allowed];
  // In blocks of 512 bytes.
  const weakLimits = `ulimit -c 0; ulimit -n ${maxFiles}; ulimit -f ${Math.ceil(launch.fileBytes / 512)}`;
  const args = ['-c', `${dieFirst}; ${closeOthers}; ${weakLimits}; exec "$@"`, 'sh', ...run, program.script];
  return { command: '/bin/sh', args, ...outside };
}

function limits({ user, fileBytes }: Launch): string[] {
  const isCounted = user !== null || countsByNamespace();
  return [
    ...['prlimit', '--core=0', `--nofile=${maxFiles}`, `--fsize=${fileBytes}`],
    ...(isCounted ? [`--nproc=${maxProcesses}`] : []),
  ];
}

/** Takes all privileges away for good. */
function privileges({ user }: Launch): string[] {
  const identity = user === null ? [] : [`--reuid=${user}`, `--regid=${user}`, '--clear-groups', '--pdeathsig=KILL'];
  return ['setpriv', ...identity, '--no-new-privs', '--bounding-set=-all', '--inh-caps=-all'];
}
