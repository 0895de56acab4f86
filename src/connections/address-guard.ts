import { lookup } from 'node:dns';
import http, { type ClientRequest, type RequestOptions } from 'node:http';
import https from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/**
 * Sends requests to addresses that clients chose, and keeps them away from private and reserved networks. It checks the
 * very address that it connects to, so that neither unusual spellings nor DNS rebinding get around it. It follows no
 * redirects: the caller makes another request.
 */
export interface AddressGuard {
  /** Whether the URL itself contains a forbidden address. Names are resolved only for a request. */
  isForbidden(url: URL): boolean;
  /** Throws `ForbiddenAddressError`, or returns a request that fails with it once the name is resolved. */
  request(url: URL, options: Omit<RequestOptions, 'agent' | 'lookup' | 'host' | 'hostname'>): ClientRequest;
}

/** A request was refused because its target is a private or reserved address. */
export class ForbiddenAddressError extends Error {
  constructor(host: string) {
    super(`${host} is a private or reserved address`);
    this.name = 'ForbiddenAddressError';
  }
}

/**
 * `privateHostsAllowed`: hosts in lowercase, with or without a port, that may be on private addresses. Connections are
 * not kept alive, so that each request is checked.
 */
export function createAddressGuard(privateHostsAllowed: readonly string[]): AddressGuard {
  const allowed = new Set(privateHostsAllowed);

  function isAllowed(url: URL): boolean {
    const port = url.port || (url.protocol === 'https:' ? '443' : '80');
    return [bareHost(url), url.hostname, `${url.hostname}:${port}`].some((name) => allowed.has(name));
  }

  function isForbidden(url: URL): boolean {
    // URL has already normalized every spelling of an address.
    const host = bareHost(url);
    return isIP(host) !== 0 && !isPublicAddress(host) && !isAllowed(url);
  }

  function request(url: URL, options: RequestOptions): ClientRequest {
    // Addresses are not looked up.
    if (isForbidden(url)) throw new ForbiddenAddressError(bareHost(url));
    const agentOptions = { keepAlive: false, lookup: isAllowed(url) ? undefined : publicLookup };
    return url.protocol === 'https:'
      ? https.request(url, { ...options, agent: new https.Agent(agentOptions) })
      : http.request(url, { ...options, agent: new http.Agent(agentOptions) });
  }

  return { isForbidden, request };
}

/** Without the brackets of IPv6. */
function bareHost({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}

/** Refuses a name if any of its addresses is private, because we cannot choose which one is connected to. */
const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    const [first] = addresses ?? [];
    if (error !== null || first === undefined) {
      callback(error ?? new Error(`${hostname} has no address`), '');
    } else if (!addresses.every(({ address }) => isPublicAddress(address))) {
      callback(new ForbiddenAddressError(hostname), '');
    } else if (options.all) {
      callback(null, addresses);
    } else {
      callback(null, first.address, first.family);
    }
  });
};

/** Whether an IP address is globally reachable, according to IANA's registries of special-purpose addresses. */
export function isPublicAddress(address: string): boolean {
  return isIP(address) === 4
    ? !special.check(address, 'ipv4')
    : global.check(address, 'ipv6') && !special.check(address, 'ipv6');
}

/** All allocated IPv6 addresses. Loopback, private, mapped and translated (NAT64) addresses are outside. */
const global = new BlockList();
global.addSubnet('2000::', 3, 'ipv6');

const special = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8], // this host
  ['10.0.0.0', 8],
  ['100.64.0.0', 10], // carriers' NAT
  ['127.0.0.0', 8],
  ['168.63.129.16', 32], // Azure's platform agent: formally public, but on the host itself
  ['169.254.0.0', 16], // link-local, metadata services
  ['172.16.0.0', 12],
  ['192.0.0.0', 24], // protocol assignments
  ['192.0.2.0', 24], // documentation
  ['192.31.196.0', 24], // AS112
  ['192.52.193.0', 24], // AMT
  ['192.88.99.0', 24], // 6to4 relays
  ['192.168.0.0', 16],
  ['192.175.48.0', 24], // AS112
  ['198.18.0.0', 15], // benchmarks
  ['198.51.100.0', 24], // documentation
  ['203.0.113.0', 24], // documentation
  ['224.0.0.0', 4], // multicast
  ['240.0.0.0', 4], // reserved, broadcast
] as const) {
  special.addSubnet(network, prefix, 'ipv4');
}
for (const [network, prefix] of [
  ['2001::', 23], // protocol assignments, Teredo among them
  ['2001:db8::', 32], // documentation
  ['2002::', 16], // 6to4: an IPv4 address inside
  ['2620:4f:8000::', 48], // AS112
  ['3fff::', 20], // documentation
] as const) {
  special.addSubnet(network, prefix, 'ipv6');
}
