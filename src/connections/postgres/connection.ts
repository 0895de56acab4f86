import { Socket } from 'node:net';
import pg from 'pg';
import { afterRunning } from '../../ops/running-time.ts';
import { requestCancel } from './cancel.ts';
import { DatabaseSilentError } from './database-errors.ts';
import { openSession, type Session } from './session-settings.ts';

/** Maximum time for connecting, in milliseconds of running time. */
const connectMs = 5_000;

/** A connection to PostgreSQL with our settings. It can cancel its statement, and close without saying goodbye. */
export class PostgresConnection extends pg.Client {
  readonly #socket: Socket;
  /** The process id and key that a cancel request needs. */
  #backend: { processId: number; secretKey: number } | null = null;
  #session: Session | null = null;

  constructor(config?: string | pg.ClientConfig) {
    const socket = new Socket();
    super({
      ...(typeof config === 'string' ? { connectionString: config } : config),
      stream: () => socket,
      // Sends a statement together with its transaction in one write.
      pipeline: true,
      keepAlive: true,
    });
    this.#socket = socket;
    this.connection.once('backendKeyData', ({ processID, secretKey }: { processID: number; secretKey: number }) => {
      this.#backend = { processId: processID, secretKey };
    });
    // The running statement reports it, or the pool does; without a listener the event would end the process.
    this.on('error', () => undefined);
    const timer = afterRunning(connectMs, () => this.destroy());
    this.once('connect', () => timer.stop());
    socket.once('close', () => timer.stop());
  }

  /** The session; null before `openSession`. */
  get session(): Session | null {
    return this.#session;
  }

  /** Applies our settings to the session unless a pooler shares it. Call it after connecting. */
  async openSession(): Promise<Session> {
    this.#session ??= await openSession(this, this.#backend?.processId ?? 0);
    return this.#session;
  }

  /**
   * Asks the server to cancel the running statement, which then fails with 57014. Resolves when the request was sent.
   */
  async cancel(): Promise<void> {
    const { host, port, ssl } = this;
    if (this.#backend !== null) await requestCancel({ host, port, ssl, ...this.#backend });
  }

  /** Closes the connection of a silent server at once. Statements in progress fail. */
  destroy(): void {
    this.#socket.destroy(new DatabaseSilentError());
  }
}
