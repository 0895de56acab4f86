import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { brotliCompressSync, createGzip, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { defaultOutboundPorts } from '../../src/config/config.ts';
import { createAddressGuard } from '../../src/connections/address-guard.ts';
import { JobError } from '../../src/errors.ts';
import { openLocalStorage } from '../../src/storage/local-storage.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { type Downloaded, type DownloadOptions, downloadDocument } from '../../src/worker/download.ts';
import { pdf, portOf, serve } from './pdf-server.ts';

let dataDir: string;
let storage: Storage;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'pagehive-download-'));
  ({ storage } = await openLocalStorage(dataDir, { expectedId: null }));
});

afterEach(async () => {
  await rm(dataDir, { recursive: true, force: true });
});

const MiB = 1024 ** 2;

const guardWith = (privateHostsAllowed: string[]) =>
  createAddressGuard({ privateHostsAllowed, ports: defaultOutboundPorts });

function download(url: string, options: Partial<DownloadOptions> = {}): Promise<Downloaded> {
  return downloadDocument(url, {
    storage,
    key: 'sources/1',
    limits: { documentBytes: MiB, downloadSeconds: 60 },
    guard: guardWith(['127.0.0.1']),
    signal: new AbortController().signal,
    ...options,
  });
}

/** Returns the failure of a download, which must leave no file behind. */
async function failure(url: string, options: Partial<DownloadOptions> = {}): Promise<JobError> {
  const error = await download(url, options).then(
    () => new Error('the download succeeded'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof JobError)) {
    throw error;
  }
  expect(await leftBehind()).toEqual(['storage-id']);
  return error;
}

async function leftBehind(): Promise<string[]> {
  const entries = await readdir(join(dataDir, 'storage'), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}

describe('a downloaded document', () => {
  test('is stored unchanged, hashed and named, with progress', async () => {
    await using server = await serve((_, response) => {
      response.setHeader('content-length', pdf.byteLength).end(pdf);
    });
    const progress: [number, number | null][] = [];
    const downloaded = await download(`${server.origin}/files/An%20invoice.pdf?token=1`, {
      onProgress: (done, total) => progress.push([done, total]),
    });
    expect(downloaded).toEqual({
      bytes: pdf.byteLength,
      sha256: createHash('sha256').update(pdf).digest('hex'),
      filename: 'An invoice.pdf',
    });
    expect(await buffer(await storage.get('sources/1'))).toEqual(pdf);
    expect(progress[0]).toEqual([0, pdf.byteLength]);
    expect(progress.at(-1)).toEqual([pdf.byteLength, pdf.byteLength]);
  });

  test('has no known total in chunked encoding', async () => {
    await using server = await serve((_, response) => {
      response.write(pdf.subarray(0, 10));
      response.end(pdf.subarray(10));
    });
    const totals = new Set<number | null>();
    await download(server.origin, { onProgress: (_, total) => totals.add(total) });
    expect([...totals]).toEqual([null]);
  });

  test('may be served as text/html', async () => {
    await using server = await serve((_, response) => {
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.write(pdf.subarray(0, 3));
      response.end(pdf.subarray(3));
    });
    expect((await download(server.origin)).bytes).toBe(pdf.byteLength);
    expect(await buffer(await storage.get('sources/1'))).toEqual(pdf);
  });

  test.each([
    ['gzip', gzipSync(pdf)],
    ['deflate', deflateSync(pdf)],
    ['br', brotliCompressSync(pdf)],
    ['identity', pdf],
  ])('is decoded from %s, although identity was requested', async (encoding, body) => {
    let asked: unknown;
    await using server = await serve((request, response) => {
      asked = request.headers['accept-encoding'];
      response.setHeader('content-encoding', encoding).end(body);
    });
    expect((await download(server.origin)).bytes).toBe(pdf.byteLength);
    expect(await buffer(await storage.get('sources/1'))).toEqual(pdf);
    expect(asked).toBe('identity');
  });

  test('is streamed without being buffered in memory', async () => {
    const chunk = Buffer.alloc(64 * 1024, '%');
    const chunks = 3200;
    await using server = await serve((_, response) => {
      const body = Readable.from(
        (function* () {
          for (let n = 0; n < chunks; n += 1) {
            yield chunk;
          }
        })(),
      );
      pipeline(body, response, () => undefined);
    });
    const held = () => process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
    const before = held();
    let most = 0;
    const { bytes } = await download(server.origin, {
      limits: { documentBytes: 1024 * MiB, downloadSeconds: 60 },
      onProgress: () => {
        most = Math.max(most, held() - before);
      },
    });
    expect(bytes).toBe(200 * MiB);
    // Uncollected garbage counts, so the bound is generous; buffering everything would take 200 MiB.
    expect(most).toBeLessThan(100 * MiB);
  });
});

describe('redirects', () => {
  test('are followed, and the last URL names the file', async () => {
    await using server = await serve((request, response) => {
      if (request.url === '/report.pdf') {
        response.end(pdf);
      } else {
        response.writeHead(302, { location: '/report.pdf' }).end('moved');
      }
    });
    expect((await download(`${server.origin}/r?id=1`)).filename).toBe('report.pdf');
  });

  test('to a private address are refused', async () => {
    let reached = false;
    await using inside = await serve((_, response) => {
      reached = true;
      response.end(pdf);
    });
    await using server = await serve((_, response) => {
      response.writeHead(307, { location: `${inside.origin}/secret` }).end();
    });
    const error = await failure(server.origin, { guard: guardWith([server.host]) });
    expect(error.code).toBe('ADDRESS_FORBIDDEN');
    expect(error.message).toContain(inside.host);
    expect(reached).toBe(false);
  });

  test('end after five in a loop', async () => {
    let visits = 0;
    await using server = await serve((_, response) => {
      visits += 1;
      response.writeHead(301, { location: '/' }).end();
    });
    expect((await failure(server.origin)).code).toBe('DOWNLOAD_REFUSED');
    expect(visits).toBe(6);
  });

  test.each(['file:///etc/passwd', 'ftp://127.0.0.1/a.pdf', 'data:application/pdf,%25PDF', 'http://', undefined])(
    'to %s are refused',
    async (location) => {
      await using server = await serve((_, response) => {
        response.writeHead(302, location === undefined ? {} : { location }).end();
      });
      expect((await failure(server.origin)).code).toBe('DOWNLOAD_REFUSED');
    },
  );

  test('send credentials to their own origin only', async () => {
    const seen: [string, string | undefined][] = [];
    const note: RequestListener = (request) => seen.push([request.url ?? '', request.headers.authorization]);
    await using other = await serve((request, response) => {
      note(request, response);
      response.end(pdf);
    });
    await using server = await serve((request, response) => {
      note(request, response);
      response.writeHead(302, { location: request.url === '/1' ? '/2' : `${other.origin}/3` }).end();
    });
    await download(`http://us%40er:p%C3%A4ss@${server.host}/1`);
    const basic = `Basic ${Buffer.from('us@er:päss').toString('base64')}`;
    expect(seen).toEqual([
      ['/1', basic],
      ['/2', basic],
      ['/3', undefined],
    ]);
  });
});

describe('responses without a document', () => {
  test.each([
    [404, 'DOWNLOAD_NOT_FOUND'],
    [410, 'DOWNLOAD_NOT_FOUND'],
    [400, 'DOWNLOAD_REFUSED'],
    [401, 'DOWNLOAD_REFUSED'],
    [403, 'DOWNLOAD_REFUSED'],
    [407, 'DOWNLOAD_REFUSED'],
    [451, 'DOWNLOAD_REFUSED'],
    [408, 'DOWNLOAD_FAILED'],
    [429, 'DOWNLOAD_FAILED'],
    [500, 'DOWNLOAD_FAILED'],
    [503, 'DOWNLOAD_FAILED'],
    [206, 'DOWNLOAD_FAILED'],
    [204, 'PDF_EMPTY'],
    [200, 'PDF_EMPTY'],
  ])('HTTP status %i without a body fails with %s', async (status, code) => {
    await using server = await serve((_, response) => {
      response.writeHead(status).end();
    });
    const error = await failure(`${server.origin}/private/path?token=hunter2`);
    expect(error.code).toBe(code);
    expect(error.message).not.toContain('hunter2');
  });

  test('are reported with host and status, but without query or credentials', async () => {
    await using server = await serve((_, response) => {
      response.writeHead(403).end();
    });
    const error = await failure(`http://user:hunter2@${server.host}/a?token=hunter3`);
    expect(error.message).toBe(`${server.host} answered with HTTP status 403.`);
  });

  test.each(['<!doctype html><p>Log in</p>', '\n  <html>', '\uFEFF<html>'])(
    '%j as text/html is NOT_A_PDF',
    async (page) => {
      await using server = await serve((_, response) => {
        response.setHeader('content-type', 'text/html').end(page);
      });
      expect((await failure(server.origin)).code).toBe('NOT_A_PDF');
    },
  );

  test('a long web page is NOT_A_PDF before it has ended', async () => {
    await using server = await serve((_, response) => {
      response.setHeader('content-type', 'text/html').write(`<html>${' '.repeat(2000)}`);
    });
    expect((await failure(server.origin)).code).toBe('NOT_A_PDF');
  });
});

describe('size', () => {
  test('is refused by the Content-Length alone', async () => {
    await using server = await serve((_, response) => {
      response.writeHead(200, { 'content-length': MiB + 1 }).flushHeaders();
    });
    const error = await failure(server.origin);
    expect(error.code).toBe('SIZE_LIMIT');
    expect(error.message).toContain(String(MiB + 1));
  });

  test('is refused while an endless body streams', async () => {
    await using server = await serve((_, response) => {
      pipeline(Readable.from(endless()), response, () => undefined);
    });
    expect((await failure(server.origin)).code).toBe('SIZE_LIMIT');
  });

  test('is counted after decoding', async () => {
    await using server = await serve((_, response) => {
      response.setHeader('content-encoding', 'gzip');
      pipeline(Readable.from(endless()), createGzip(), response, () => undefined);
    });
    expect((await failure(server.origin)).code).toBe('SIZE_LIMIT');
  });

  function* endless() {
    for (;;) {
      yield Buffer.alloc(64 * 1024);
    }
  }
});

describe('broken bodies', () => {
  test('before their declared length fail with DOWNLOAD_FAILED', async () => {
    await using server = await serve((_, response) => {
      response.writeHead(200, { 'content-length': pdf.byteLength + 1 });
      response.write(pdf, () => response.destroy());
    });
    expect((await failure(server.origin)).code).toBe('DOWNLOAD_FAILED');
  });

  test('before their last chunk fail with DOWNLOAD_FAILED', async () => {
    await using server = await serve((_, response) => {
      response.write(pdf, () => response.destroy());
    });
    expect((await failure(server.origin)).code).toBe('DOWNLOAD_FAILED');
  });

  test.each([
    ['gzip', gzipSync(pdf).subarray(0, 40)],
    ['gzip', pdf],
    ['deflate', deflateRawSync(pdf)],
    ['br', brotliCompressSync(pdf).subarray(0, 10)],
  ])('in damaged %s fail with DOWNLOAD_FAILED', async (encoding, body) => {
    await using server = await serve((_, response) => {
      response.setHeader('content-encoding', encoding).end(body);
    });
    expect((await failure(server.origin)).code).toBe('DOWNLOAD_FAILED');
  });

  test('in an unknown encoding fail with DOWNLOAD_REFUSED', async () => {
    await using server = await serve((_, response) => {
      response.setHeader('content-encoding', 'zstd').end(pdf);
    });
    expect((await failure(server.origin)).code).toBe('DOWNLOAD_REFUSED');
  });
});

describe('unreachable servers', () => {
  test('a refused connection fails with DOWNLOAD_FAILED', async () => {
    const server = await serve(() => undefined);
    await server[Symbol.asyncDispose]();
    const error = await failure(server.origin);
    expect(error.code).toBe('DOWNLOAD_FAILED');
    expect(error.message).toContain('ECONNREFUSED');
  });

  test('an unresolvable name fails with DOWNLOAD_FAILED', async () => {
    expect((await failure(`http://${'x'.repeat(64)}.invalid/a.pdf`)).code).toBe('DOWNLOAD_FAILED');
  });

  test('a server without TLS fails with DOWNLOAD_FAILED', async () => {
    await using server = await serve((_, response) => response.end(pdf));
    expect((await failure(`https://${server.host}/`)).code).toBe('DOWNLOAD_FAILED');
  });

  test('a server that hangs up or switches protocols fails with DOWNLOAD_FAILED', async () => {
    await using silent = await serve((request) => request.socket.destroy());
    expect((await failure(silent.origin)).code).toBe('DOWNLOAD_FAILED');
    await using switching = await serve((request) => {
      request.socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n');
    });
    expect((await failure(switching.origin)).code).toBe('DOWNLOAD_FAILED');
  });

  test.each(['not a url', 'ftp://example.com/a.pdf', 'file:///etc/passwd', 'http://'])(
    '%j is not requested',
    async (url) => {
      expect((await failure(url)).code).toBe('DOWNLOAD_NOT_FOUND');
    },
  );

  test('a private address that is not allowed fails with ADDRESS_FORBIDDEN', async () => {
    await using server = await serve((_, response) => response.end(pdf));
    const error = await failure(server.origin, { guard: guardWith([]) });
    expect(error.code).toBe('ADDRESS_FORBIDDEN');
    expect(error.message).toContain(server.host);
  });
});

describe('the time limit', () => {
  const never = 600_000;

  test('covers the whole download, even while bytes arrive', async () => {
    await using server = await serve((_, response) => {
      const drip = setInterval(() => response.write('%'), 10);
      response.once('close', () => clearInterval(drip));
    });
    const limits = { documentBytes: MiB, downloadSeconds: 0.3 };
    expect((await failure(server.origin, { limits })).code).toBe('DOWNLOAD_TIMEOUT');
  });

  test.each([
    ['before it responds', () => undefined],
    ['after its headers', (_: unknown, response: { flushHeaders(): void }) => response.flushHeaders()],
    ['within the body', (_: unknown, response: { write(bytes: Buffer): unknown }) => response.write(pdf)],
  ])('ends a download from a server that hangs %s', async (_, answer) => {
    await using server = await serve((request, response) => {
      answer(request, response);
    });
    const timeouts = { connectMs: never, idleMs: 200 };
    expect((await failure(server.origin, { timeouts })).code).toBe('DOWNLOAD_TIMEOUT');
  });

  test('ends a download from a server that does not complete the connection', async () => {
    const server = createServer((socket) => socket.resume());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const timeouts = { connectMs: 200, idleMs: never };
    expect((await failure(`https://127.0.0.1:${portOf(server)}/`, { timeouts })).code).toBe('DOWNLOAD_TIMEOUT');
    server.close();
    await once(server, 'close');
  });
});

describe('an abort', () => {
  const reason = new Error('cancelled');

  test('ends a download at once with its reason, and closes the connection', async () => {
    const abort = new AbortController();
    let hungUp: Promise<unknown> | undefined;
    await using server = await serve((_, response) => {
      hungUp = once(response, 'close');
      response.write(pdf);
    });
    const ending = download(server.origin, {
      signal: abort.signal,
      onProgress: (done) => done > 0 && abort.abort(reason),
    });
    await expect(ending).rejects.toBe(reason);
    await hungUp;
    expect(await leftBehind()).toEqual(['storage-id']);
  });

  test('ends a download that waits for a response', async () => {
    const abort = new AbortController();
    await using server = await serve(() => abort.abort(reason));
    await expect(download(server.origin, { signal: abort.signal })).rejects.toBe(reason);
  });

  test('before the start sends no request', async () => {
    let visits = 0;
    await using server = await serve(() => {
      visits += 1;
    });
    await expect(download(server.origin, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(visits).toBe(0);
  });
});

test('a storage that cannot be written fails with STORAGE_UNAVAILABLE', async () => {
  await using server = await serve((_, response) => response.end(pdf));
  await rm(join(dataDir, 'storage', 'incoming'), { recursive: true });
  expect((await failure(server.origin)).code).toBe('STORAGE_UNAVAILABLE');
});
