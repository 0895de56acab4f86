/** An operation of a socket. */
export interface SocketOperation {
  readonly id: string;
  /** Size of a subscription. Other operations end soon. */
  readonly subscriptionBytes: number;
  /** Aborts when the operation ends, or nobody waits for its answer any more. */
  readonly over: AbortSignal;
  /** Call it once there is an answer: it stays in memory until it was sent, whatever its client says meanwhile. */
  answered(): void;
  /** Call it when nothing of the operation runs or waits any more. */
  end(): void;
}

/**
 * The operations of one socket, each until it has really ended: one that its client has completed may still be running, and
 * would otherwise make room for another at once.
 */
export class SocketOperations {
  readonly #all = new Map<SocketOperation, { controller: AbortController; isAnswered: boolean }>();

  get count(): number {
    return this.#all.size;
  }

  get subscriptionBytes(): number {
    let bytes = 0;
    for (const operation of this.#all.keys()) bytes += operation.subscriptionBytes;
    return bytes;
  }

  begin(id: string, subscriptionBytes: number): SocketOperation {
    const controller = new AbortController();
    const state = { controller, isAnswered: false };
    const operation: SocketOperation = {
      id,
      subscriptionBytes,
      over: controller.signal,
      answered() {
        state.isAnswered = true;
      },
      end: () => {
        this.#all.delete(operation);
        controller.abort();
      },
    };
    this.#all.set(operation, state);
    return operation;
  }

  /** Aborts those whose client does not wait any more: all but the open ones, by their ids. */
  abortExcept(open: object): void {
    for (const [{ id }, { controller, isAnswered }] of this.#all) {
      if (!(id in open || isAnswered)) controller.abort();
    }
  }
}
