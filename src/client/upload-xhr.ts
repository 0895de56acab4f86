import type { Endpoint } from './endpoint.ts';
import { ServerUnreachableError } from './errors.ts';
import { checkAnswer, type Sending } from './upload-fetch.ts';

/** The part of the browser's class that is used here. */
interface Xhr {
  readonly status: number;
  readonly responseText: string;
  readonly upload: { onprogress: ((event: { loaded: number }) => void) | null };
  onload: (() => void) | null;
  onerror: (() => void) | null;
  onabort: (() => void) | null;
  open(method: string, url: string): void;
  setRequestHeader(name: string, value: string): void;
  send(body: Blob): void;
  abort(): void;
}

declare const XMLHttpRequest: (new () => Xhr) | undefined;

/** Whether XMLHttpRequest exists. Browsers need it, because their `fetch` reports no upload progress. */
export function canPutByXhr(): boolean {
  return typeof XMLHttpRequest === 'function';
}

/** Sends a blob from a browser, which reads it from disk while sending. */
export function putByXhr({ base }: Endpoint, body: Blob, { target, onProgress, signal }: Sending): Promise<void> {
  return new Promise((resolve, reject) => {
    if (XMLHttpRequest === undefined) throw new Error('there is no XMLHttpRequest');
    signal?.throwIfAborted();
    const xhr = new XMLHttpRequest();
    const onAbort = () => xhr.abort();
    signal?.addEventListener('abort', onAbort, { once: true });
    function settle(outcome: () => void): void {
      signal?.removeEventListener('abort', onAbort);
      outcome();
    }
    xhr.upload.onprogress = ({ loaded }) => onProgress(loaded);
    xhr.onload = () =>
      settle(() => {
        try {
          resolve(checkAnswer(base, xhr.status, jsonOf(base, xhr)));
        } catch (error) {
          reject(error);
        }
      });
    xhr.onerror = () => settle(() => reject(new ServerUnreachableError(base, 'the connection failed')));
    xhr.onabort = () => settle(() => reject(signal?.reason));
    xhr.open(target.method, target.url);
    for (const { name, value } of target.headers) xhr.setRequestHeader(name, value);
    xhr.send(body);
  });
}

function jsonOf(base: string, { status, responseText }: Xhr): unknown {
  try {
    return JSON.parse(responseText);
  } catch {
    throw new ServerUnreachableError(base, `the server there is not Pagehive (HTTP ${status})`);
  }
}
