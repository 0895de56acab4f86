import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encryptedByAes, encryptedByRc4, encryptedFor, type Passwords } from './encrypted-document.ts';
import { extractAll, newPool, requestFor, textOf } from './extracting.ts';

const pool = newPool();
const folder = mkdtempSync(join(tmpdir(), 'pagehive-test-'));

beforeAll(() => pool.start());
afterAll(async () => {
  await pool[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

let files = 0;

function open(bytes: Uint8Array, password: string | null) {
  files += 1;
  const path = join(folder, `${files}.pdf`);
  writeFileSync(path, bytes);
  return extractAll(pool, requestFor('one-page', { path, password }));
}

const encryptions: [string, (sentence: string, passwords: Passwords) => Uint8Array][] = [
  ['RC4', encryptedByRc4],
  ['AES, revision 5', (sentence, passwords) => encryptedByAes(sentence, passwords, 5)],
  ['AES, revision 6', (sentence, passwords) => encryptedByAes(sentence, passwords, 6)],
];

describe.each(encryptions)('a document encrypted by %s', (_, encrypt) => {
  const owner = Buffer.from('queen');
  const composed = 'Bienenkönigin №1';
  const written: [string, Buffer][] = [
    ['as composed characters', Buffer.from(composed.normalize('NFC'))],
    ['as decomposed characters', Buffer.from(composed.normalize('NFD'))],
    ['by SASLprep', Buffer.from('Bienenkönigin No1')],
  ];
  const typed = [composed.normalize('NFC'), composed.normalize('NFD')];

  test.each(written)('opens with a password encoded %s, in any typed form', async (__, user) => {
    const bytes = encrypt('The seal is broken.', { user, owner });
    for (const password of typed) expect(textOf(await open(bytes, password), 1)).toBe('The seal is broken.');
  });

  test('opens without a password if the owner has an empty one', async () => {
    const bytes = encrypt('The seal is broken.', { user: Buffer.from('guest'), owner: Buffer.alloc(0) });
    expect(textOf(await open(bytes, null), 1)).toBe('The seal is broken.');
  });

  test('opens without a password even if one was sent', async () => {
    const bytes = encrypt('The seal is broken.', { user: Buffer.alloc(0), owner });
    expect(textOf(await open(bytes, 'needless'), 1)).toBe('The seal is broken.');
  });

  test('stays closed to other passwords', async () => {
    const bytes = encrypt('The seal is broken.', { user: Buffer.from('guest'), owner });
    await expect(open(bytes, null)).rejects.toMatchObject({ code: 'PDF_ENCRYPTED' });
    await expect(open(bytes, 'Guest')).rejects.toMatchObject({ code: 'PDF_WRONG_PASSWORD' });
  });
});

test('opens with a password whose characters were encoded as one byte each', async () => {
  const [user, owner] = [Buffer.from('b\xe9b\xe9 \xa0', 'latin1'), Buffer.from('queen')];
  const bytes = encryptedByRc4('The seal is broken.', { user, owner });
  expect(textOf(await open(bytes, 'bébé €'), 1)).toBe('The seal is broken.');
});

test.each(['Adobe.PubSec', 'FOPN_foweb'])(
  'a document encrypted by the handler %s is encrypted, not damaged',
  async (handler) => {
    for (const password of [null, 'guest']) {
      const refusal = open(encryptedFor(handler), password);
      await expect(refusal).rejects.toMatchObject({ code: 'PDF_ENCRYPTED' });
      await expect(refusal).rejects.toThrow('no password opens');
    }
  },
);
