/** An operation of a socket. */
export interface SocketOperation {
  readonly id: string;
  /** Size of a subscription; 0 for other operations, which end soon. */
  subscriptionBytes: number;
  /** Aborts when the operation ends, or when the client no longer waits for its response. */
  readonly over: AbortSignal;
  /** Call it once there is a response: it stays in memory until sent, even if the client completes the operation. */
  answered(): void;
  /** Call it when no part of the operation runs or waits any more. */
  end(): void;
}

/**
 * The operations of one socket, each until it has really ended. An operation that its client has completed may still be
 * running; it must not make room for another one yet.
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

  begin(id: string): SocketOperation {
    const controller = new AbortController();
    const state = { controller, isAnswered: false };
    const operation: SocketOperation = {
      id,
      subscriptionBytes: 0,
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

  /** Aborts the operations that the client no longer waits for: all whose ids are not in `open`. */
  abortExcept(open: object): void {
    for (const [{ id }, { controller, isAnswered }] of this.#all) {
      if (!(id in open || isAnswered)) controller.abort();
    }
  }
}
