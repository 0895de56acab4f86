import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Stream } from 'node:stream';
import { RequestError } from '../../errors.ts';
import type { Logger } from '../../ops/logger.ts';
import { addressKey, type ClientAddresses } from './forwarded.ts';

/** Limits the concurrent sockets and requests of one client address, so that others can connect. */
export interface AddressLimits {
  /**
   * Counts a socket until it closes. Beyond the limit, the address's oldest socket without a request is closed. Sockets
   * of trusted proxies carry many clients and are not counted.
   */
  socketOpened(socket: Socket): void;
  /** Counts a request, stream or WebSocket until `open` closes. Throws OVERLOADED beyond the limit. */
  admit(request: IncomingMessage, open: Stream): void;
}

/** Minimum time between two warnings, in milliseconds. */
const warningMs = 60_000;

/** `limit` applies to sockets and requests separately: a socket may carry several pipelined requests. */
export function createAddressLimits(addresses: ClientAddresses, limit: number, logger: Logger): AddressLimits {
  const holders = new Map<string, Holder>();
  let warnedAt = Number.NEGATIVE_INFINITY;

  /** Behind an untrusted proxy, all clients share its address. Warns operators that this is why clients are refused. */
  function warn(address: string, headers: IncomingHttpHeaders): void {
    if (performance.now() - warnedAt < warningMs) return;
    warnedAt = performance.now();
    const isProxy = headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined;
    const advice = isProxy ? ': if it is your proxy, list it in TRUSTED_PROXIES' : '';
    logger.warn({ address, limit }, `an address reached MAX_CONNECTIONS_PER_ADDRESS${advice}`);
  }

  function holderOf(address: string): Holder {
    const key = addressKey(address);
    const known = holders.get(key);
    if (known !== undefined) return known;
    const holder = new Holder(() => holders.delete(key));
    holders.set(key, holder);
    return holder;
  }

  return {
    socketOpened(socket) {
      const peer = socket.remoteAddress ?? '';
      if (addresses.isTrusted(peer)) return;
      const holder = holderOf(peer);
      holder.addSocket(socket);
      if (holder.sockets > limit) holder.closeIdlest(socket);
    },
    admit(request, open) {
      const address = addresses.clientOf(request);
      const holder = holderOf(address);
      if (holder.requests >= limit) {
        warn(address, request.headers);
        const message = `Your address has ${limit} requests open already.`;
        throw new RequestError('OVERLOADED', { message, limit: 'connections_per_address' });
      }
      holder.addRequest(request.socket, open);
    },
  };
}

/** The sockets and requests of one address. */
class Holder {
  requests = 0;
  /** Requests in progress by socket. The socket whose last request ended first comes first. */
  readonly #sockets = new Map<Socket, number>();
  readonly #remove: () => void;

  constructor(remove: () => void) {
    this.#remove = remove;
  }

  get sockets(): number {
    return this.#sockets.size;
  }

  addSocket(socket: Socket): void {
    this.#sockets.set(socket, 0);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      this.removeIfEmpty();
    });
  }

  addRequest(socket: Socket, open: Stream): void {
    this.requests += 1;
    this.#countOn(socket, 1);
    open.once('close', () => {
      this.requests -= 1;
      this.#countOn(socket, -1);
      this.removeIfEmpty();
    });
  }

  /** Closes the socket that has had no request for the longest time, other than the one given. */
  closeIdlest(except: Socket): void {
    for (const [socket, requests] of this.#sockets) {
      if (requests > 0 || socket === except) continue;
      socket.destroy();
      // Its event comes later, and more sockets may be opened until then.
      this.#sockets.delete(socket);
      return;
    }
  }

  removeIfEmpty(): void {
    if (this.requests === 0 && this.sockets === 0) this.#remove();
  }

  #countOn(socket: Socket, change: number): void {
    const requests = this.#sockets.get(socket);
    if (requests === undefined) return;
    this.#sockets.delete(socket);
    this.#sockets.set(socket, requests + change);
  }
}
