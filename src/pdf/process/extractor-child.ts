import { type ChildProcess, spawn } from 'node:child_process';
import { Duplex } from 'node:stream';
import { DocumentProgress } from './document-progress.ts';
import { type Exit, exitOfShell } from './exit.ts';
import { passOnErrors } from './extractor-stderr.ts';
import { findExtractor, firstOf } from './process-tree.ts';
import {
  type Answer,
  type FromExtractor,
  longestMessage,
  messagesFd,
  parseFromExtractor,
  type ToExtractor,
  toLine,
} from './protocol.ts';
import { readLines } from './read-lines.ts';
import { residentMemory } from './resident-memory.ts';
import { type Launch, type Sandbox, startIn } from './sandbox.ts';
import { killProcessesOf } from './unused-user.ts';
import { lifelineFd, readSlowPage } from './watchdog.ts';
import type { Workspace } from './workspace.ts';

/** Maximum number of answers that wait for the consumer, and their bytes. An extractor waits after each group. */
const maxAnswers = 1_000;
const maxAnswerBytes = 3 * longestMessage;

/** Maximum length of a line of the watchdog, in bytes. */
const longestSlowPage = 64;

/** The parent's handle of one extractor process. Its answers are read one by one, in order. */
export class ExtractorChild {
  readonly #process: ChildProcess;
  readonly #messages: Duplex | null;
  readonly #answers: { answer: Answer; bytes: number }[] = [];
  #waitingBytes = 0;
  readonly #launch: Launch;
  readonly sandbox: Sandbox;
  /** The paths of the document and of the scratch folder, as the extractor sees them. */
  readonly paths: { document: string; scratch: string };
  readonly exited: Promise<Exit>;
  /** Resolves with null once the engines are loaded, or with the exit if the process ended before. */
  readonly ready: Promise<Exit | null>;
  #pid: number | null = null;
  #exit: Exit | null = null;
  #isDrained = false;
  #isKilled = false;
  #violation: string | null = null;
  #wake = () => {};
  #messagesReceived = 0;
  #pingsSent = 0;
  #pongs = 0;
  #owner: string | null = null;
  /** Its work on the document that it was given last. */
  #progress = new DocumentProgress();

  constructor(sandbox: Sandbox, launch: Launch) {
    this.sandbox = sandbox;
    this.#launch = launch;
    const { command, args, env, ...paths } = startIn(sandbox, launch);
    this.paths = paths;
    this.#process = spawn(command, args, {
      // The leader of its own session: one signal kills it with all its children, and Ctrl-C does not reach it.
      detached: true,
      env,
      // Engines write warnings to standard output, so it is ignored. Then come the watchdog's lifeline and the
      // messages.
      stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
    });
    this.exited = new Promise((resolve) => {
      const ended = (exit: Exit) => {
        if (this.#exit === null && launch.user !== null) killProcessesOf(launch.user);
        this.#exit ??= this.#violation === null ? exit : { ...exit, violation: this.#violation };
        resolve(this.#exit);
      };
      const drained = (exit: Exit) => {
        ended(exit);
        this.#isDrained = true;
        this.#wake();
      };
      this.#process.once('exit', (code, signal) => ended(this.#exitOf(code, signal)));
      // Comes after the exit, once everything that the process wrote before its death has been read.
      this.#process.once('close', (code, signal) => drained(this.#exitOf(code, signal)));
      this.#process.once('error', () => this.#process.pid === undefined && drained({ code: null, signal: null }));
    });
    let resolveReady = () => {};
    const loaded = new Promise<null>((resolve) => {
      resolveReady = () => {
        this.#pid = this.#findPid();
        resolve(null);
      };
    });
    this.ready = Promise.race([loaded, this.exited]);
    const [messages, lifeline] = [messagesFd, lifelineFd].map((fd) => this.#process.stdio[fd]);
    this.#messages = messages instanceof Duplex ? messages : null;
    if (this.#messages !== null) {
      readLines(this.#messages, {
        maxBytes: longestMessage,
        onLine: (line) => this.#receive(parseFromExtractor(line), line.length, resolveReady),
        onTooLong: () => this.violate('a message is too long'),
      });
    }
    if (lifeline instanceof Duplex) {
      readLines(lifeline, {
        maxBytes: longestSlowPage,
        onLine: (line) => {
          this.#progress.slowPage = readSlowPage(line);
        },
        onTooLong: () => this.violate('a report of a slow page is too long'),
      });
    }
    if (this.#process.stderr !== null) passOnErrors(this.#process.stderr);
  }

  /** Until it is ready, the leader of the group of processes that start it. */
  get pid(): number | null {
    return this.#pid ?? this.#process.pid ?? null;
  }

  /** The process that works now: the extractor, or what is about to start it. */
  get workingPid(): number | null {
    return this.#pid ?? this.#findPid();
  }

  #findPid(): number | null {
    const { pid = null } = this.#process;
    return (this.sandbox.level === 'NAMESPACES' ? findExtractor(pid) : null) ?? pid;
  }

  get alive(): boolean {
    return this.#exit === null;
  }

  /** Number of messages received. Each shows that the main thread is alive. */
  get messagesReceived(): number {
    return this.#messagesReceived;
  }

  /** The owner of the documents that it has been given; null if it has been given none. */
  get owner(): string | null {
    return this.#owner;
  }

  get workspace(): Workspace {
    return this.#launch.workspace;
  }

  /** Whether it has been given a document. */
  get hasServed(): boolean {
    return this.#owner !== null;
  }

  /** Its work on the document that it was given last. */
  get progress(): DocumentProgress {
    return this.#progress;
  }

  send(message: ToExtractor): void {
    if (message.type === 'extract') {
      this.#owner = message.request.owner;
      this.#progress = new DocumentProgress();
    }
    if (message.type === 'ping') this.#pingsSent += 1;
    if (this.alive) this.#messages?.write(toLine(message));
  }

  /** Kills a process that does not behave like an extractor. */
  violate(violation: string): void {
    this.#violation ??= violation;
    this.kill();
  }

  #receive(message: FromExtractor | null, bytes: number, ready: () => void): void {
    if (this.#violation !== null) return;
    if (message === null) {
      this.violate('a message is invalid');
      return;
    }
    this.#messagesReceived += 1;
    if (message.type === 'ready') {
      ready();
      return;
    }
    if (message.type === 'pong') {
      this.#pongs += 1;
      if (this.#pongs > this.#pingsSent) this.violate('it responds without being asked');
      return;
    }
    this.#waitingBytes += bytes;
    if (this.#answers.length >= maxAnswers || this.#waitingBytes > maxAnswerBytes || this.#owner === null) {
      this.violate('it sends messages that were not requested');
      return;
    }
    this.#progress.note(message);
    this.#answers.push({ answer: message, bytes });
    this.#wake();
  }

  /** Returns the next answer, or the exit once there are no more. Only one call at a time. */
  async next(): Promise<Answer | Exit> {
    for (;;) {
      const next = this.#answers.shift();
      if (next !== undefined) {
        this.#waitingBytes -= next.bytes;
        return next.answer;
      }
      if (this.#isDrained && this.#exit !== null) return this.#exit;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Kills the process and everything that it has started at once. */
  kill(): void {
    const { pid } = this.#process;
    if (pid === undefined || !this.alive) {
      return;
    }
    this.#isKilled = true;
    // The end of the first process of its namespaces is reported when all others are dead.
    const first = this.sandbox.level === 'NAMESPACES' ? firstOf(pid) : null;
    try {
      process.kill(first ?? -pid, 'SIGKILL');
      // A stopped process reports nothing.
      if (first !== null) process.kill(pid, 'SIGCONT');
    } catch {
      // It has just ended.
    }
  }

  async residentMemory(): Promise<number> {
    const pid = this.workingPid;
    return pid === null ? 0 : residentMemory(pid);
  }

  /**
   * Where this process did not kill it: in namespaces, the signal that killed the extractor arrives as an exit code.
   */
  #exitOf(code: number | null, signal: NodeJS.Signals | null): Exit {
    if (this.#isKilled) return { code: null, signal: 'SIGKILL' };
    return this.sandbox.level === 'NAMESPACES' ? exitOfShell(code, signal) : { code, signal };
  }
}
