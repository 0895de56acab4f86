import type { Proof } from './proof.ts';

/** An open connection, and how to end it. */
export interface OpenConnection {
  /** Null for a caller without a key. */
  proof: Proof | null;
  end: () => void;
}

/** The open connections of this process by the id of their key; null stands for connections without a key. */
export class OpenConnections {
  readonly #byKey = new Map<string | null, Set<OpenConnection>>();

  /** The ids of keys with open connections. */
  get keyIds(): string[] {
    return [...this.#byKey.keys()].filter((id) => id !== null);
  }

  has(keyId: string): boolean {
    return this.#byKey.has(keyId);
  }

  /** Adds a connection until it is disposed. */
  add(connection: OpenConnection): Disposable {
    const id = connection.proof?.keyId ?? null;
    const open = this.#byKey.get(id) ?? new Set();
    this.#byKey.set(id, open.add(connection));
    return {
      [Symbol.dispose]: () => {
        open.delete(connection);
        if (open.size === 0 && this.#byKey.get(id) === open) this.#byKey.delete(id);
      },
    };
  }

  /** Ends the connections of a key for which `isOver` is true. */
  end(keyId: string | null, isOver: (connection: OpenConnection) => boolean): void {
    for (const connection of this.#byKey.get(keyId) ?? []) if (isOver(connection)) connection.end();
  }
}
