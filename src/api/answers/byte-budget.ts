import { GraphQLError } from 'graphql';
import { RequestError } from '../../errors.ts';
import type { ApiContext } from '../context.ts';
import { maxErrors } from '../errors.ts';
import { largeBytes } from './large-answers.ts';

/**
 * The bytes that a response may still contain while it is built in memory. Values read from the database are deducted,
 * large ones before they are read. Each operation, and each event of a subscription, has its own context and so its own
 * budget.
 */
export class ByteBudget {
  readonly #all: number;
  #left: number;
  /** Bytes that may be used before the response counts as large. */
  #untilLarge = largeBytes;
  #isLarge = false;
  readonly #enterLarge: () => Promise<void>;
  #lastRead: Promise<unknown> = Promise.resolve();
  #tooLarge: RequestError | null = null;
  #unreported: GraphQLError | null = null;
  #failures = 0;

  /** `enterLarge` resolves when the response may become large. */
  constructor(answerBytes: number, enterLarge: () => Promise<void>) {
    this.#all = answerBytes;
    this.#left = answerBytes;
    this.#enterLarge = enterLarge;
  }

  /** Bytes deducted so far. */
  get bytesDrawn(): number {
    return this.#all - this.#left;
  }

  /** Whether the response may exceed `largeBytes`. */
  get isLarge(): boolean {
    return this.#isLarge || this.#untilLarge < 0;
  }

  /** Waits until the response may be large; returns false if it already was. Call it only in turn. */
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

  /**
   * The error of a value that does not fit. Thousands of values may fail. Beyond those that the response reports, they
   * share an error that has a path, which GraphQL passes on as it is.
   */
  get tooLarge(): Error {
    this.#failures += 1;
    this.#tooLarge ??= new RequestError('RESULT_TOO_LARGE');
    if (this.#failures <= maxErrors) return this.#tooLarge;
    this.#unreported ??= new GraphQLError(this.#tooLarge.message, { path: [], originalError: this.#tooLarge });
    return this.#unreported;
  }

  /** Deducts bytes; throws RESULT_TOO_LARGE, and deducts nothing, if too few are left. */
  draw(bytes: number): void {
    if (!this.tryDraw(bytes)) throw this.tooLarge;
  }

  /** Deducts bytes if enough are left; returns whether they were. */
  tryDraw(bytes: number): boolean {
    if (bytes > this.#left) return false;
    this.#left -= bytes;
    this.#untilLarge -= bytes;
    return true;
  }

  /**
   * Reads values whose size only the database knows, one by one: each read is given the number of bytes it may use, and
   * deducts its own before the next one begins. So one request never uses more than one connection for them. A read
   * that needs more calls `becomeLarge` and asks for `bytesLeft` again.
   */
  inTurn<T>(read: (bytesLeft: number) => Promise<T>): Promise<T> {
    const reading = this.#lastRead.then(() => read(this.bytesLeft));
    this.#lastRead = reading.catch(() => undefined);
    return reading;
  }
}

const budgets = new WeakMap<ApiContext, ByteBudget>();

/** The budget of the response that this context belongs to. */
export function budgetOf(context: ApiContext): ByteBudget {
  const budget = budgets.get(context) ?? new ByteBudget(context.operations.answerBytes, context.enterLargeAnswer);
  budgets.set(context, budget);
  return budget;
}

/** The approximate size of a row in a response: its texts, and a little for each other value. */
export function bytesOf(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value !== 'object' || value === null || value instanceof Date) return 8;
  return Object.values(value).reduce((bytes: number, each) => bytes + bytesOf(each), 8);
}
