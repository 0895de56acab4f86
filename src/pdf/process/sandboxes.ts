import { chmodSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { SandboxLevel } from '../model/sandbox.ts';
import { type Exit, isOwnFault } from './exit.ts';
import { ExtractorChild } from './extractor-child.ts';
import { programOf } from './program.ts';
import { lastTool, type Sandbox } from './sandbox.ts';
import { SandboxRoot } from './sandbox-root.ts';
import { unusedUser } from './unused-user.ts';
import { Workspace } from './workspace.ts';

export interface SandboxesOptions {
  /** The ways to try, the strongest first. */
  possible: readonly [Sandbox, ...Sandbox[]];
  /** A folder for the files of the extractors. Created when needed. */
  folder: string;
  /** Folders that extractors may read. Created when needed. */
  readable: readonly string[];
  memoryBytes: number;
  /** Maximum size of each file that an extractor writes, in bytes. */
  fileBytes: number;
  /** Runs instead of the extractor. */
  script: string | undefined;
}

/** Starts extractors in the strongest sandbox that works here. The first start that succeeds decides. */
export class Sandboxes {
  readonly #options: SandboxesOptions;
  #current: Sandbox;
  #weaker: Sandbox[];
  #isProven = false;
  #started = 0;

  constructor(options: SandboxesOptions) {
    this.#options = options;
    [this.#current, ...this.#weaker] = options.possible;
  }

  /** The level in force; null before the first extractor is ready. */
  get level(): SandboxLevel | null {
    return this.#isProven ? this.#current.level : null;
  }

  /** Starts an extractor. Throws if its files cannot be created. */
  start(): ExtractorChild {
    const { folder, readable, memoryBytes, fileBytes, script } = this.#options;
    const sandbox = this.#current;
    const user = sandbox.hasUser ? unusedUser() : null;
    for (const each of [folder, ...readable]) mkdirSync(each, { recursive: true });
    if (user !== null) for (const each of readable) permit(each, 0o555);
    if (sandbox.level === 'USER') for (const each of ways(folder)) permit(each, 0o111);
    const program = programOf(script);
    const root = new SandboxRoot(join(folder, 'root'), [...program.files, ...readable, ...lastTool()]);
    this.#started += 1;
    const workspace = new Workspace(join(folder, String(this.#started)), user);
    const child = new ExtractorChild(sandbox, { program, workspace, user, root, readable, memoryBytes, fileBytes });
    void child.ready.then((failure) => {
      if (failure === null && child.sandbox === this.#current) this.#isProven = true;
    });
    return child;
  }

  /** Whether another attempt makes sense after an extractor ended before it was ready: in a weaker sandbox. */
  weaken(child: ExtractorChild, failure: Exit): boolean {
    // Where its files have disappeared, the sandbox is not the reason.
    const couldNotRun = (child.pid === null || isOwnFault(failure)) && existsSync(child.workspace.folder);
    if (this.#isProven || !couldNotRun) return false;
    if (child.sandbox !== this.#current) return true;
    const [next, ...weaker] = this.#weaker;
    if (next === undefined) return false;
    [this.#current, this.#weaker] = [next, weaker];
    return true;
  }
}

/** The folder and the two above it, DATA_DIR among them: other users may pass through them, but not list them. */
function ways(folder: string): string[] {
  return [folder, dirname(folder), dirname(dirname(folder))];
}

/** Adds permissions for others to a folder of ours. */
function permit(folder: string, permissions: number): void {
  const { mode, uid } = statSync(folder);
  if (uid === process.getuid?.() && (mode & permissions & 0o007) !== (permissions & 0o007)) {
    chmodSync(folder, mode | permissions);
  }
}
