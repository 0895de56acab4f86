import { lookup } from 'node:dns';
import http, { type ClientRequest, type RequestOptions } from 'node:http';
import https from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { networkInterfaces } from 'node:os';

/**
 * Sends requests to addresses that clients chose: only to the allowed ports, and neither to private and reserved
 * networks nor to this machine. It checks the address that it connects to, so neither unusual spellings nor DNS
 * rebinding bypass it. It does not follow redirects; callers send another request.
 */
export interface AddressGuard {
  /** Returns why the URL itself is forbidden, such as "is a private address"; null if it is not. Resolves no names. */
  problemOf(url: URL): string | null;
  /** Throws `ForbiddenAddressError`, or returns a request that fails with it once the name is resolved. */
  request(url: URL, options: Omit<RequestOptions, 'agent' | 'lookup' | 'host' | 'hostname'>): ClientRequest;
}

/** A request was refused because of the address or port of its target. */
export class ForbiddenAddressError extends Error {
  /** Continues a sentence about the host. May be shown to clients. */
  readonly problem: string;

  constructor(problem: string) {
    super(`the host ${problem}`);
    this.problem = problem;
    this.name = 'ForbiddenAddressError';
  }
}

export interface AddressGuardOptions {
  /** Hosts in lowercase, with or without a port, that may be requested whatever their addresses and ports are. */
  privateHostsAllowed: readonly string[];
  /** The ports that other hosts may be requested on. */
  ports: readonly number[];
  /** The hosts by which clients reach this server. Behind NAT, their addresses are not among those of the machine. */
  ownHosts?: readonly string[];
  /** Returns the addresses of this machine. */
  ownAddresses?: () => readonly string[];
}

/** Connections are not kept alive, so that each request is checked. */
export function createAddressGuard(options: AddressGuardOptions): AddressGuard {
  const { ports, ownAddresses = addressesOfInterfaces } = options;
  const allowed = new Set(options.privateHostsAllowed);
  const ownHosts = new Set(options.ownHosts);

  function isAllowed(url: URL): boolean {
    return [bareHost(url), url.hostname, `${url.hostname}:${portOf(url)}`].some((name) => allowed.has(name));
  }

  function problemOfAddress(address: string): string | null {
    if (!isPublicAddress(address)) return 'is a private or reserved address';
    // Addresses of a machine may change while it runs.
    return isAmong(address, ownAddresses()) ? 'is an address of the server itself' : null;
  }

  function problemOf(url: URL): string | null {
    if (isAllowed(url)) return null;
    // URL has already normalized every spelling of an address.
    const host = bareHost(url);
    if (ownHosts.has(url.hostname.replace(/\.$/, ''))) return 'is the public address of the server itself';
    const problem = isIP(host) === 0 ? null : problemOfAddress(host);
    if (problem !== null || ports.includes(portOf(url))) return problem;
    return `is on port ${portOf(url)}, which is not among the allowed ports (${ports.join(', ')})`;
  }

  /** Refuses a name if any of its addresses is forbidden, because we cannot choose which one is connected to. */
  const guardedLookup: LookupFunction = (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      const [first] = addresses ?? [];
      if (error !== null || first === undefined) {
        callback(error ?? new Error(`${hostname} has no address`), '');
        return;
      }
      const [problem] = addresses.flatMap(({ address }) => problemOfAddress(address) ?? []);
      if (problem !== undefined) callback(new ForbiddenAddressError(problem), '');
      else if (options.all) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };

  function request(url: URL, options: RequestOptions): ClientRequest {
    // Addresses are not looked up.
    const problem = problemOf(url);
    if (problem !== null) throw new ForbiddenAddressError(problem);
    const agentOptions = { keepAlive: false, lookup: isAllowed(url) ? undefined : guardedLookup };
    return url.protocol === 'https:'
      ? https.request(url, { ...options, agent: new https.Agent(agentOptions) })
      : http.request(url, { ...options, agent: new http.Agent(agentOptions) });
  }

  return { problemOf, request };
}

/** Without the brackets of IPv6. */
function bareHost({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}

function portOf({ port, protocol }: URL): number {
  return port === '' ? ({ 'https:': 443 }[protocol] ?? 80) : Number(port);
}

function addressesOfInterfaces(): string[] {
  return Object.values(networkInterfaces()).flatMap((all) => all?.map(({ address }) => address) ?? []);
}

/** Compares addresses, not their spellings. */
function isAmong(address: string, others: readonly string[]): boolean {
  const list = new BlockList();
  for (const other of others) if (isIP(other) !== 0) list.addAddress(other, isIP(other) === 4 ? 'ipv4' : 'ipv6');
  return list.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');
}

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
