import { RequestError } from '../errors.ts';
import type { ApiContext } from './context.ts';

/**
 * The bytes that an answer may still hold, as it is built in memory. What is read from the database for it is drawn from here, large values before
 * they are read. Each operation, and each event of a subscription, has a context and so a budget of its own.
 */
export class ByteBudget {
  #left: number;
  #lastRead: Promise<unknown> = Promise.resolve();

  constructor(answerBytes: number) {
    this.#left = answerBytes;
  }

  /** Throws RESULT_TOO_LARGE, and draws nothing, if there is not enough left. */
  draw(bytes: number): void {
    if (!this.tryDraw(bytes)) throw new RequestError('RESULT_TOO_LARGE');
  }

  /** Whether there was enough left; if so, it is drawn. */
  tryDraw(bytes: number): boolean {
    if (bytes > this.#left) return false;
    this.#left -= bytes;
    return true;
  }

  /**
   * Runs reads of values whose size only the database knows one after another: each is told how many bytes are left, and
   * draws what it took before the next one begins. So one request never holds more than one connection for them.
   */
  inTurn<T>(read: (bytesLeft: number) => Promise<T>): Promise<T> {
    const reading = this.#lastRead.then(() => read(this.#left));
    this.#lastRead = reading.catch(() => undefined);
    return reading;
  }
}

const budgets = new WeakMap<ApiContext, ByteBudget>();

/** The budget of the answer that this context belongs to. */
export function budgetOf(context: ApiContext): ByteBudget {
  const budget = budgets.get(context) ?? new ByteBudget(context.operations.answerBytes);
  budgets.set(context, budget);
  return budget;
}

/** Roughly the size of a row in an answer: its texts, and a little for every other value. */
export function bytesOf(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value !== 'object' || value === null || value instanceof Date) return 8;
  return Object.values(value).reduce((bytes: number, each) => bytes + bytesOf(each), 8);
}
