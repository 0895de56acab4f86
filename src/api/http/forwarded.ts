import type { IncomingHttpHeaders } from 'node:http';
import { BlockList, isIP } from 'node:net';

/** Determines the address of a request's client. */
export interface ClientAddresses {
  /** Whether the peer of a socket is one of `TRUSTED_PROXIES`. */
  isTrusted(address: string): boolean;
  /** Returns the nearest address that is not a trusted proxy. Each trusted hop vouches only for the one before it. */
  clientOf(request: { socket: { remoteAddress?: string | undefined }; headers: IncomingHttpHeaders }): string;
}

/** `trustedProxies`: addresses and networks in CIDR notation. */
export function createClientAddresses(trustedProxies: readonly string[]): ClientAddresses {
  const trusted = new BlockList();
  for (const each of trustedProxies) {
    const [address = '', prefix] = each.split('/');
    const family = isIP(address) === 4 ? 'ipv4' : 'ipv6';
    trusted.addSubnet(address, Number(prefix ?? (family === 'ipv4' ? 32 : 128)), family);
  }

  function isTrusted(address: string): boolean {
    const bare = withoutZone(address);
    const version = isIP(bare);
    return version !== 0 && trusted.check(bare, version === 4 ? 'ipv4' : 'ipv6');
  }

  /**
   * Walks from the peer towards the client. A hop that is not an address ends the walk at the proxy that reported it.
   */
  function walk(peer: string, hops: (string | null)[]): string {
    let nearest = peer;
    for (const hop of hops.reverse()) {
      if (hop === null || !isTrusted(nearest)) break;
      nearest = hop;
    }
    return nearest;
  }

  return {
    isTrusted,
    clientOf({ socket, headers }) {
      const peer = socket.remoteAddress ?? '';
      if (!isTrusted(peer)) return peer;
      const { forwarded, 'x-forwarded-for': forwardedFor } = headers;
      const found = new Set<string>();
      if (forwardedFor !== undefined) found.add(walk(peer, [forwardedFor].flat().join().split(',').map(addressOf)));
      if (forwarded !== undefined) found.add(walk(peer, splitUnquoted(forwarded, ',').map(forOf)));
      const [client = peer, ...others] = found;
      // A proxy sets one of the two headers. If they differ, the client wrote the other one, and neither counts.
      return others.length === 0 ? client : peer;
    },
  };
}

/**
 * Returns the identity of an address for limits. The owner of an IPv6 address has at least the 2⁶⁴ addresses of its
 * network, so they count as one. An IPv4 address counts as itself, in any notation.
 */
export function addressKey(address: string): string {
  const bare = withoutZone(address);
  if (isIP(bare) !== 6) return bare;
  const groups = groupsOf(bare);
  const [high = 0, low = 0] = groups.slice(6);
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (isMapped) return [high >> 8, high & 255, low >> 8, low & 255].join('.');
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
}

/** Returns the eight groups of an IPv6 address. `URL` normalizes every spelling. */
function groupsOf(address: string): number[] {
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const parse = (text: string) =>
    text
      .split(':')
      .filter(Boolean)
      .map((group) => Number.parseInt(group, 16));
  const [first, last] = [parse(head), parse(tail ?? '')];
  return [...first, ...new Array<number>(8 - first.length - last.length).fill(0), ...last];
}

function withoutZone(address: string): string {
  return address.split('%', 1)[0] ?? '';
}

/** Parses an element of X-Forwarded-For: an address, with or without brackets and port; null for anything else. */
function addressOf(element: string): string | null {
  const text = element.trim();
  const address = /^\[([^\]]*)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
  return isIP(address) === 0 ? null : address;
}

/** Parses `for=` in an element of Forwarded (RFC 7239); null for `unknown`, an obfuscated name, or no address. */
function forOf(element: string): string | null {
  for (const pair of splitUnquoted(element, ';')) {
    const [name = '', ...value] = pair.split('=');
    if (name.trim().toLowerCase() !== 'for') continue;
    return addressOf(
      value
        .join('=')
        .trim()
        .replace(/^"(.*)"$/, '$1')
        .replace(/\\(.)/g, '$1'),
    );
  }
  return null;
}

function splitUnquoted(text: string, separator: string): string[] {
  const parts: string[] = [];
  let start = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '"') quoted = !quoted;
    else if (text[at] === '\\' && quoted) at += 1;
    else if (text[at] === separator && !quoted) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return [...parts, text.slice(start)];
}
