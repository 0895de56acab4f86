import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The first major version of Node.js with a compiler between the baseline one and the optimizing one. */
const midTierSince = 22;

/** Flags of V8 for a process that reads short documents one after the other. */
const flags = [
  // V8 lets garbage grow to several times the memory in use, so a long document would take twice the memory of a short
  // one. Collecting at one and a half times the memory in use costs at most a twentieth of the processor time.
  '--heap-growing-percent=50',
  // Threads that help to collect garbage take more processor time in total, which other extractors could use.
  '--single-threaded-gc',
  // Compile quickly, and optimize only hot code: optimizing code that runs once per page takes a fifth of the processor
  // time of the first thousand documents.
  '--always-sparkplug',
  ...(Number.parseInt(process.versions.node, 10) < midTierSince ? ['--interrupt-budget=500000'] : []),
];

const MiB = 1024 ** 2;

/** What runs in an extractor process. */
export interface Program {
  script: string;
  /** Files and folders that it reads, besides the system's libraries and fonts. */
  files: string[];
}

/** The folder of `package.json`: this file is three folders below `src` or `dist`. */
const root = fileURLToPath(new URL('../../../', import.meta.url));
/** Compiled, also when this runs from sources: a loader would double the cost of a process, and start others. */
const compiled = join(root, 'dist');
const own = join(compiled, 'pdf/process/extractor-process.js');

/** Describes the extractor, or another script in plain JavaScript. */
export function programOf(script: string = own): Program {
  const modules = foldersAbove(root).map((folder) => join(folder, 'node_modules'));
  const code = [...modules, join(root, 'package.json'), script === own ? compiled : dirname(script)];
  return { script, files: [process.execPath, ...code.filter((path) => existsSync(path))] };
}

/** Returns the flags of Node.js for a process that is killed when it exceeds its memory. */
export function memoryFlags(memoryBytes: number): string[] {
  // The heap may exceed the pool's limit, so that the limit ends the process with a reason, instead of a crash of V8.
  return [`--max-old-space-size=${Math.max(512, Math.ceil((2 * memoryBytes) / MiB))}`, ...flags];
}

/** Returns the flags of Node.js under which a program reads and writes only these files and starts no process. */
export function permissionFlags({ files }: Program, readable: string[], writable: string[]): string[] {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const isStable = major > 23 || (major === 23 && minor >= 5) || (major === 22 && minor >= 13);
  return [
    isStable ? '--permission' : '--experimental-permission',
    '--disable-warning=ExperimentalWarning',
    '--disable-warning=SecurityWarning',
    '--allow-addons',
    '--allow-worker',
    ...outermost([...files, ...readable, ...writable]).map((path) => `--allow-fs-read=${path}`),
    ...writable.map((path) => `--allow-fs-write=${path}`),
  ];
}

/** Leaves out what is below another path, and sorts: Node.js 20 aborts where a path comes before its own beginning. */
function outermost(paths: string[]): string[] {
  const plain = [...new Set(paths.map((path) => path.replace(/\/+$/, '')))].sort();
  return plain.filter((path) => !plain.some((other) => path.startsWith(`${other}/`)));
}

function foldersAbove(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...foldersAbove(parent)];
}
