import { once } from 'node:events';
import http from 'node:http';
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AddressGuardOptions, createAddressGuard, isPublicAddress } from '../../src/connections/address-guard.ts';
import { OutboundError, outboundGet } from '../../src/connections/outbound.ts';
import { portOf } from './pdf-server.ts';

let server: http.Server;
let port: number;
let visits = 0;

beforeAll(async () => {
  server = http.createServer((_, response) => {
    visits += 1;
    response.end('reached');
  });
  // Listens on every address of the machine, so that any request that passes the guard arrives.
  server.listen(0);
  await once(server, 'listening');
  port = portOf(server);
});

afterAll(async () => {
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
});

async function problemOf(
  url: string,
  privateHostsAllowed: string[] = [],
  { ports = [port], ownAddresses }: Partial<AddressGuardOptions> = {},
): Promise<string> {
  try {
    const signal = new AbortController().signal;
    const response = await outboundGet(url, {
      guard: createAddressGuard({ privateHostsAllowed, ports, ownAddresses }),
      signal,
    });
    response.body.destroy();
    return `status ${response.status}`;
  } catch (error) {
    if (error instanceof OutboundError) {
      return error.problem;
    }
    throw error;
  }
}

const privateHosts = [
  '127.0.0.1',
  '127.8.9.1',
  'localhost',
  'LOCALHOST',
  '[::1]',
  '[::]',
  '0.0.0.0',
  '0',
  '0.1.2.3',
  '127.1',
  '2130706433',
  '0x7f000001',
  '0x7f.1',
  '0177.0.0.1',
  '①②⑦.0.0.1',
  '127。0。0。1',
  '10.0.0.1',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.0.1',
  '100.64.0.1',
  '100.100.100.200',
  '169.254.169.254',
  '168.63.129.16',
  '192.0.0.192',
  '198.18.0.1',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[::127.0.0.1]',
  '[::ffff:0:127.0.0.1]',
  '[64:ff9b::127.0.0.1]',
  '[64:ff9b:1::1]',
  '[2002:7f00:1::]',
  '[2001::1]',
  '[fc00::1]',
  '[fd00:ec2::254]',
  '[fe80::1]',
  '[fec0::1]',
  '[ff02::1]',
];

const publicAddresses = [
  '1.1.1.1',
  '8.8.8.8',
  '11.0.0.1',
  '100.63.255.255',
  '100.128.0.1',
  '172.15.255.255',
  '172.32.0.1',
  '192.167.255.255',
  '223.255.255.255',
  '2606:4700::1111',
  '2001:4860:4860::8888',
  '2a00::1',
];

describe('the address guard', () => {
  test.each(privateHosts)('refuses %s over http and https', async (host) => {
    expect(await problemOf(`http://${host}:${port}/`)).toBe('ADDRESS_FORBIDDEN');
    expect(await problemOf(`https://${host}:${port}/`)).toBe('ADDRESS_FORBIDDEN');
    expect(visits).toBe(0);
  });

  test('reports an unresolvable name as a connection error', async () => {
    expect(await problemOf(`http://${'x'.repeat(64)}.invalid:${port}/`)).toBe('CONNECTION');
  });

  test.each(publicAddresses)('treats %s as public', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });
});

describe('ports', () => {
  const ports = [80, 443, 8080, 8443];

  test.each(['http://example.com:22/', 'https://example.com:25/', 'http://1.1.1.1:6379/', 'http://example.com:00025/'])(
    'other than the allowed ones are refused: %s',
    async (url) => {
      expect(await problemOf(url, [], { ports })).toBe('ADDRESS_FORBIDDEN');
    },
  );

  test('of the scheme count if the URL names none', () => {
    const problem = (url: string, allowed: number[]) =>
      createAddressGuard({ privateHostsAllowed: [], ports: allowed }).problemOf(new URL(url));
    expect(problem('http://example.com/', [443])).toContain(
      'is on port 80, which is not among the allowed ports (443)',
    );
    expect(problem('https://example.com/', [80])).toContain('port 443');
    expect(problem('https://example.com/', [443])).toBeNull();
    expect(problem('http://example.com:8443/', ports)).toBeNull();
  });

  test('of a host in PRIVATE_HOSTS_ALLOWED are not limited', async () => {
    expect(await problemOf(`http://127.0.0.1:${port}/`, ['127.0.0.1'], { ports })).toBe('status 200');
  });
});

describe('addresses of the machine', () => {
  test.each([
    ['http://1.1.1.1/', '1.1.1.1'],
    ['http://[2606:4700:0::1111]/', '2606:4700:0:0:0:0:0:1111'],
  ])('are refused although they are public: %s', async (url, own) => {
    expect(await problemOf(url, [], { ports: [80], ownAddresses: () => [own] })).toBe('ADDRESS_FORBIDDEN');
  });

  test('include the host of PUBLIC_URL, in any spelling', () => {
    const options = { ports: [80, 443], ownHosts: ['pages.example.com'] };
    const guard = createAddressGuard({ ...options, privateHostsAllowed: [] });
    for (const url of ['https://pages.example.com/', 'http://PAGES.example.com./graphql'])
      expect(guard.problemOf(new URL(url))).toBe('is the public address of the server itself');
    expect(guard.problemOf(new URL('https://other.example.com/'))).toBeNull();
    const allowing = createAddressGuard({ ...options, privateHostsAllowed: ['pages.example.com'] });
    expect(allowing.problemOf(new URL('https://pages.example.com/'))).toBeNull();
  });

  test('are reported as the reason', () => {
    const guard = createAddressGuard({ privateHostsAllowed: [], ports: [80], ownAddresses: () => ['8.8.8.8', '::1'] });
    expect(guard.problemOf(new URL('http://8.8.8.8/'))).toContain('is an address of the server itself');
    expect(guard.problemOf(new URL('http://8.8.4.4/'))).toBeNull();
  });
});

describe('allowed private hosts', () => {
  test.each([
    ['localhost', 'localhost'],
    [`localhost:PORT`, 'localhost'],
    ['127.0.0.1', '127.0.0.1'],
    ['localhost', 'LOCALHOST'],
  ])('%s lets a request through to %s', async (allowed, host) => {
    expect(await problemOf(`http://${host}:${port}/`, [allowed.replace('PORT', String(port))])).toBe('status 200');
  });

  const hasIPv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'));

  test.skipIf(!hasIPv6).each(['::1', '[::1]', '[::1]:PORT'])('%s lets a request through to [::1]', async (allowed) => {
    expect(await problemOf(`http://[::1]:${port}/`, [allowed.replace('PORT', String(port))])).toBe('status 200');
  });

  test.each([
    ['localhost:1', 'localhost'],
    ['localhost', '127.0.0.1'],
    ['127.0.0.1', 'localhost'],
    ['host', 'localhost'],
  ])('%s does not let a request through to %s', async (allowed, host) => {
    expect(await problemOf(`http://${host}:${port}/`, [allowed])).toBe('ADDRESS_FORBIDDEN');
  });
});
