import { createServer } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { addressKey, createClientAddresses } from '../../src/api/http/forwarded.ts';
import { readConfig } from '../../src/config/config.ts';

const { clientOf, isTrusted } = createClientAddresses(['127.0.0.1', '10.0.0.0/8', 'fd00::/8', '::1']);

function client(peer: string, headers: Record<string, string>): string {
  return clientOf({ socket: { remoteAddress: peer }, headers });
}

describe('the address of a client', () => {
  it.each([
    ['the peer, if that is not a trusted proxy', '192.0.2.7', { 'x-forwarded-for': '192.0.2.1' }, '192.0.2.7'],
    ['the peer, if a proxy reports nothing', '127.0.0.1', {}, '127.0.0.1'],
    ['the address that a trusted proxy reports', '127.0.0.1', { 'x-forwarded-for': '192.0.2.1' }, '192.0.2.1'],
    ['the last reported address', '127.0.0.1', { 'x-forwarded-for': '6.6.6.6, 192.0.2.1' }, '192.0.2.1'],
    [
      'the last address before trusted ones',
      '10.1.1.1',
      { 'x-forwarded-for': '6.6.6.6,192.0.2.1 , 10.0.0.2,10.3.3.3' },
      '192.0.2.1',
    ],
    [
      'the first reported address, if all are trusted',
      '127.0.0.1',
      { 'x-forwarded-for': '10.0.0.1, 10.0.0.2' },
      '10.0.0.1',
    ],
    ['the proxy, if that reports no address', '127.0.0.1', { 'x-forwarded-for': '192.0.2.1, unknown' }, '127.0.0.1'],
    ['the last proxy after an invalid entry', '127.0.0.1', { 'x-forwarded-for': '192.0.2.1, x, 10.0.0.1' }, '10.0.0.1'],
    ['an address without its port', '127.0.0.1', { 'x-forwarded-for': '192.0.2.1:5678' }, '192.0.2.1'],
    ['an address without brackets and port', '127.0.0.1', { 'x-forwarded-for': '[2001:db8::1]:5678' }, '2001:db8::1'],
    ['an unchanged IPv6 address', '::1', { 'x-forwarded-for': '2001:db8::1' }, '2001:db8::1'],
    [
      'the reported address, if the proxy has an IPv4-mapped address',
      '::ffff:127.0.0.1',
      { 'x-forwarded-for': '192.0.2.1' },
      '192.0.2.1',
    ],
    [
      'the reported address, if the proxy has an address with a zone',
      '::1%lo',
      { 'x-forwarded-for': '192.0.2.1' },
      '192.0.2.1',
    ],
    ['the proxy, if the list is empty', '127.0.0.1', { 'x-forwarded-for': '' }, '127.0.0.1'],
    ['the proxy, if the list ends with an empty entry', '127.0.0.1', { 'x-forwarded-for': '192.0.2.1,' }, '127.0.0.1'],
    [
      'the address in Forwarded',
      '127.0.0.1',
      { forwarded: 'proto=http;For="[2001:db8::1]:47";by=10.0.0.1' },
      '2001:db8::1',
    ],
    [
      'the last address in Forwarded',
      '127.0.0.1',
      { forwarded: 'for=6.6.6.6, for=192.0.2.1;proto=https' },
      '192.0.2.1',
    ],
    ['the proxy for an obfuscated name', '127.0.0.1', { forwarded: 'for=192.0.2.1, for=_hidden' }, '127.0.0.1'],
    ['the proxy without for=', '127.0.0.1', { forwarded: 'for=192.0.2.1, proto=https' }, '127.0.0.1'],
    [
      'not an address inside a quoted string',
      '127.0.0.1',
      { forwarded: 'for="x, for=6.6.6.6", for=192.0.2.1' },
      '192.0.2.1',
    ],
    ['not an address after an open quote', '127.0.0.1', { forwarded: 'for="6.6.6.6, for=192.0.2.1' }, '127.0.0.1'],
    [
      'the address that both headers report',
      '127.0.0.1',
      { forwarded: 'for=192.0.2.1', 'x-forwarded-for': '192.0.2.1' },
      '192.0.2.1',
    ],
    [
      'the proxy, if they differ',
      '127.0.0.1',
      { forwarded: 'for=6.6.6.6', 'x-forwarded-for': '192.0.2.1' },
      '127.0.0.1',
    ],
  ])('is %s', (_, peer, headers, expected) => {
    expect(client(peer, headers)).toBe(expected);
  });

  it('is found in a list across several headers', async () => {
    const server = createServer((request, response) => response.end(clientOf(request)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    const socket = connect(port, '127.0.0.1');
    socket.write(
      'GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-forwarded-for: 6.6.6.6\r\nX-Forwarded-For: 192.0.2.1\r\nx-forwarded-for: 10.0.0.1\r\n\r\n',
    );
    let text = '';
    for await (const chunk of socket) text += chunk;
    expect(text).toContain('192.0.2.1');
    await new Promise((resolve) => server.close(resolve));
  });

  it('is trusted only if it is listed', () => {
    const nobody = createClientAddresses([]);
    expect(['127.0.0.1', '::1', '10.0.0.1', '', 'x'].filter((each) => nobody.isTrusted(each))).toEqual([]);
    expect(['127.0.0.2', '11.0.0.1', 'fe80::1', '', 'x'].filter(isTrusted)).toEqual([]);
    expect(['127.0.0.1', '10.255.0.1', 'fdff::1', '::ffff:10.0.0.1'].filter(isTrusted)).toHaveLength(4);
  });
});

describe('TRUSTED_PROXIES', () => {
  it('is a list of addresses and networks', () => {
    const value = '127.0.0.1, 10.0.0.0/8,,FD00::/8';
    expect(readConfig({ TRUSTED_PROXIES: value }).trustedProxies).toEqual(['127.0.0.1', '10.0.0.0/8', 'fd00::/8']);
    expect(readConfig({}).trustedProxies).toEqual([]);
  });

  it.each(['nginx', '10.0.0.0/33', '10.0.0.0/', '10.0.0/8', '::/129', '10.0.0.0/8/8', '127.0.0.1:80', '*'])(
    'refuses %s',
    (value) => {
      expect(() => readConfig({ TRUSTED_PROXIES: value })).toThrow(/^TRUSTED_PROXIES must be IP addresses or networks/);
    },
  );
});

it('refuses a budget that does not fit a body of the maximum size', () => {
  expect(() => readConfig({ MAX_BODY_BYTES_IN_FLIGHT: '1000000' })).toThrow(
    /^MAX_BODY_BYTES_IN_FLIGHT must be at least/,
  );
  const { limits } = readConfig({ MAX_INLINE_BYTES: '104857600' });
  expect(limits.bodyBytesInFlight).toBeGreaterThan(104857600 * (4 / 3));
});

describe('an address', () => {
  it('counts as one in any notation', () => {
    for (const [key, ...spellings] of [
      ['192.0.2.1', '192.0.2.1', '::ffff:192.0.2.1', '::FFFF:c000:201', '0:0:0:0:0:ffff:c000:0201'],
      ['2001:db8:0:0::/64', '2001:db8::1', '2001:0DB8:0000::ffff:1', '2001:db8::', '2001:db8::1%eth0'],
      ['0:0:0:0::/64', '::1', '::'],
      ['', ''],
    ]) {
      for (const spelling of spellings) expect([spelling, addressKey(spelling)]).toEqual([spelling, key]);
    }
  });
});
