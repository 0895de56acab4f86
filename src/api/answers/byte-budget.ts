import { RequestError } from '../../errors.ts';
import type { ApiContext } from '../context.ts';
import { largeBytes } from './large-answers.ts';

/**
 * The bytes that an answer may still hold, as it is built in memory. What is read from the database for it is drawn from here, large values before
 * they are read. Each operation, and each event of a subscription, has a context and so a budget of its own.
 */
export class ByteBudget {
  readonly #all: number;
  #left: number;
  /** Bytes that may be drawn before the answer counts as large. */
  #untilLarge = largeBytes;
  #isLarge = false;
  readonly #enterLarge: () => Promise<void>;
  #lastRead: Promise<unknown> = Promise.resolve();

  /** `enterLarge` resolves when the answer may become a large one. */
  constructor(answerBytes: number, enterLarge: () => Promise<void>) {
    this.#all = answerBytes;
    this.#left = answerBytes;
    this.#enterLarge = enterLarge;
  }

  /** Bytes that the answer holds. */
  get bytesDrawn(): number {
    return this.#all - this.#left;
  }

  /** Whether the answer may hold more than `largeBytes`. */
  get isLarge(): boolean {
    return this.#isLarge || this.#untilLarge < 0;
  }

  /** Waits until the answer may be large. False if it already was. Call it in turn only. */
  async becomeLarge(): Promise<boolean> {
    if (this.#isLarge) return false;
    await this.#enterLarge();
    this.#isLarge = true;
    return true;
  }

  /** Bytes that may be read now. */
  get bytesLeft(): number {
    return this.#isLarge ? this.#left : Math.max(0, Math.min(this.#left, this.#untilLarge));
  }

  /** Throws RESULT_TOO_LARGE, and draws nothing, if there is not enough left. */
  draw(bytes: number): void {
    if (!this.tryDraw(bytes)) throw new RequestError('RESULT_TOO_LARGE');
  }

  /** Whether there was enough left; if so, it is drawn. */
  tryDraw(bytes: number): boolean {
    if (bytes > this.#left) return false;
    this.#left -= bytes;
    this.#untilLarge -= bytes;
    return true;
  }

  /**
   * Runs reads of values whose size only the database knows one after another: each is told how many bytes it may take, and
   * draws what it took before the next one begins. So one request never holds more than one connection for them. A read that
   * needs more calls `becomeLarge` and asks for `bytesLeft` again.
   */
  inTurn<T>(read: (bytesLeft: number) => Promise<T>): Promise<T> {
    const reading = this.#lastRead.then(() => read(this.bytesLeft));
    this.#lastRead = reading.catch(() => undefined);
    return reading;
  }
}

const budgets = new WeakMap<ApiContext, ByteBudget>();

/** The budget of the answer that this context belongs to. */
export function budgetOf(context: ApiContext): ByteBudget {
  const budget = budgets.get(context) ?? new ByteBudget(context.operations.answerBytes, context.enterLargeAnswer);
  budgets.set(context, budget);
  return budget;
}

/** Roughly the size of a row in an answer: its texts, and a little for every other value. */
export function bytesOf(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value !== 'object' || value === null || value instanceof Date) return 8;
  return Object.values(value).reduce((bytes: number, each) => bytes + bytesOf(each), 8);
}
