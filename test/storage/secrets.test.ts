import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createSecrets, SealError } from '../../src/connections/secrets.ts';

const key = randomBytes(32);
const secrets = createSecrets(key);
const stranger = createSecrets(randomBytes(32));
const expiresAt = new Date('2030-01-01T00:00:00Z');
const before = new Date('2029-12-31T23:59:59Z');

describe('signing', () => {
  const token = secrets.sign('upload', 'upl_1', expiresAt);

  test('verifies its own token, even in another process with the same secret', () => {
    expect(secrets.verify('upload', 'upl_1', token, before)).toBe(true);
    expect(createSecrets(Buffer.from(key)).verify('upload', 'upl_1', token, before)).toBe(true);
  });

  test('needs no escaping in a query string', () => {
    expect(encodeURIComponent(token)).toBe(token);
  });

  test('refuses a token from its expiry on', () => {
    expect(secrets.verify('upload', 'upl_1', token, expiresAt)).toBe(false);
    expect(secrets.verify('upload', 'upl_1', secrets.sign('upload', 'upl_1', new Date(0)))).toBe(false);
  });

  test('refuses another purpose, id, expiry, secret or altered signature', () => {
    const [expires, signature] = token.split('.');
    expect(secrets.verify('download', 'upl_1', token, before)).toBe(false);
    expect(secrets.verify('upload', 'upl_2', token, before)).toBe(false);
    expect(secrets.verify('upload', 'upl_1', `${Number(expires) + 1}.${signature}`, before)).toBe(false);
    expect(secrets.verify('upload', 'upl_1', `${expires}.${'A'.repeat(43)}`, before)).toBe(false);
    expect(stranger.verify('upload', 'upl_1', token, before)).toBe(false);
  });

  test('does not confuse pairs of purpose and id', () => {
    expect(secrets.verify('upload', 'x","upl_1', secrets.sign('upload","x', 'upl_1', expiresAt), before)).toBe(false);
  });

  test.each(['', '.', 'x', '1.', '.abc', `1.${'A'.repeat(42)}`, `-1.${'A'.repeat(43)}`, `1.${'ä'.repeat(43)}`])(
    'refuses %j',
    (nonsense) => {
      expect(secrets.verify('upload', 'upl_1', nonsense, before)).toBe(false);
    },
  );
});

describe('sealing', () => {
  test.each(['', 'hunter2', 'pässwörd 🐝', 'x'.repeat(10_000)])('opens what it has sealed', (text) => {
    const sealed = secrets.seal('document-password', text);
    expect(secrets.open('document-password', sealed)).toBe(text);
    expect(sealed).toMatch(/^v1\.[\w-]+$/);
  });

  test('seals the same text differently each time', () => {
    expect(secrets.seal('document-password', 'a')).not.toBe(secrets.seal('document-password', 'a'));
  });

  test('refuses another purpose, another secret, and every altered byte', () => {
    const sealed = secrets.seal('document-password', 'hunter2');
    expect(() => secrets.open('webhook', sealed)).toThrow(SealError);
    expect(() => stranger.open('document-password', sealed)).toThrow(SealError);
    const bytes = Buffer.from(sealed.slice(3), 'base64url');
    for (const index of bytes.keys()) {
      const altered = Buffer.from(bytes);
      altered[index] = (altered[index] ?? 0) ^ 1;
      expect(() => secrets.open('document-password', `v1.${altered.toString('base64url')}`)).toThrow(SealError);
    }
  });

  test.each(['', 'v1.', 'v2.AAAA', 'v1.AAAA', 'hunter2'])('refuses %j', (nonsense) => {
    expect(() => secrets.open('document-password', nonsense)).toThrow(SealError);
  });

  test('accepts only secrets of 32 bytes', () => {
    expect(() => createSecrets(randomBytes(16))).toThrow(TypeError);
  });
});
