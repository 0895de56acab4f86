import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readlinkSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';

/** The libraries and fonts of the system, which programs load. All of them are readable by everybody. */
const systemPaths = [
  ...['/lib', '/lib32', '/lib64', '/usr/lib', '/usr/lib32', '/usr/lib64', '/usr/local/lib', '/nix/store', '/gnu/store'],
  ...['/usr/share/fonts', '/usr/local/share/fonts', '/usr/share/fontconfig', '/etc/fonts', '/etc/ld.so.cache'],
];

/** Where an extractor finds its files inside the sandbox. */
export const inside = { input: '/in', scratch: '/out' } as const;

/**
 * The root folder of sandboxes: folders and empty files on which each sandbox mounts the real ones. Nothing else of the
 * machine is visible inside.
 */
export class SandboxRoot {
  readonly path: string;
  readonly #mounts: string[];

  /** `exposed`: files and folders that can be read inside, at the same paths; those that do not exist are left out. */
  constructor(path: string, exposed: readonly string[]) {
    this.path = path;
    // Programs are in the mounts below. Inside a user namespace, the noexec of a temporary folder cannot be lifted.
    this.#mounts = [mountLine(path, path, 'ro', 'noexec')];
    makeFolder(path);
    for (const each of [inside.input, inside.scratch]) makeFolder(join(path, each));
    const real = new Set<string>();
    for (const each of [...systemPaths, ...exposed]) {
      if (!existsSync(each)) continue;
      real.add(realpathSync(each));
      const place = join(realpathSync(dirname(each)), basename(each));
      if (lstatSync(place).isSymbolicLink()) this.#link(place);
    }
    for (const each of [...real].sort()) {
      if (isBelow(path, each)) throw new Error(`DATA_DIR is below ${each}, which extractors may read`);
      if ([...real].some((other) => other !== each && isBelow(each, other))) continue;
      this.#mounts.push(mountLine(each, this.#makePlace(each), 'ro'));
    }
  }

  /** Returns the mounts of one sandbox in the format of /etc/fstab. `files`: those in the scratch folder. */
  fstab(input: string, scratch: string, files: readonly string[]): string {
    const written = files.map((name) => {
      const place = join(this.path, inside.scratch, name);
      if (!existsSync(place)) writeFileSync(place, '');
      return mountLine(join(scratch, name), place, 'rw', 'noexec');
    });
    const all = [...this.#mounts, mountLine(input, join(this.path, inside.input), 'ro', 'noexec'), ...written];
    return `${all.join('\n')}\n`;
  }

  #makePlace(source: string): string {
    const place = join(this.path, source);
    if (lstatSync(source).isDirectory()) return makeFolder(place, this.path);
    makeFolder(dirname(place), this.path);
    writeFileSync(place, '');
    return place;
  }

  #link(link: string): void {
    const place = join(this.path, link);
    makeFolder(dirname(place), this.path);
    if (!existsSync(dirname(place)) || lstatSync(place, { throwIfNoEntry: false }) !== undefined) return;
    symlinkSync(readlinkSync(link), place);
  }
}

/** Creates a folder that everybody may enter, and its parents below `root`; returns it. */
function makeFolder(path: string, root = dirname(path)): string {
  if (path !== root && path.length > root.length && !existsSync(path)) {
    makeFolder(dirname(path), root);
    mkdirSync(path);
    chmodSync(path, 0o755);
  }
  return path;
}

function isBelow(path: string, folder: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** Paths may contain characters that separate the fields of the format. */
function mountLine(source: string, target: string, ...options: string[]): string {
  const [from, to] = [source, target].map((path) =>
    path.replace(/[\s\\#]/g, (found) => `\\${found.charCodeAt(0).toString(8).padStart(3, '0')}`),
  );
  return `${from} ${to} none bind,nosuid,nodev,${options.join()} 0 0`;
}
